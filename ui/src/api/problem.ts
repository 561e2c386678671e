import type { components } from './schema'

export type ProblemBody = components['schemas']['Problem']

/** What the API said when it refused (RFC 9457), or what became of a request that had no such answer. */
export class Problem extends Error {
  readonly body: ProblemBody

  constructor(body: ProblemBody) {
    super(body.detail || body.title)
    this.name = 'Problem'
    this.body = body
  }

  /** The faults of the input by JSON pointer; several faults of one place are joined. */
  faults(): Map<string, string> {
    const found = new Map<string, string>()
    for (const { pointer, detail } of this.body.errors ?? []) {
      const known = found.get(pointer)
      found.set(pointer, known ? `${known}; ${detail}` : detail)
    }
    return found
  }
}

const local = (status: number, code: string, title: string, detail: string, fix: string): ProblemBody => ({
  type: 'about:blank',
  title,
  status,
  code,
  detail,
  retryable: true,
  request_id: '',
  suggested_fix: fix,
})

/** Whatever was thrown, as something that can be shown. */
export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown
  if (thrown instanceof TypeError && /fetch|network|load failed/i.test(thrown.message)) {
    return new Problem(
      local(0, 'unreachable', 'The API cannot be reached', 'No answer came.', 'Check that Waygate runs, and your network.'),
    )
  }
  const detail = thrown instanceof Error ? thrown.message : String(thrown)
  return new Problem({
    ...local(0, 'console_error', 'The console failed', detail, 'Reload the page. If it stays, report it with this text.'),
    retryable: false,
  })
}

/** The problem of an answer whose body may be anything: what stands before the API may answer in HTML. */
export function problemOf(response: Response, body: unknown): Problem {
  if (typeof body === 'object' && body !== null && 'code' in body && 'title' in body) {
    return new Problem(body as ProblemBody)
  }
  const status = response.status
  return new Problem({
    ...local(status, `http_${status}`, `The answer was ${status}`, 'It is not one of the API itself.', 'Try again in a moment.'),
    retryable: status >= 500,
    request_id: response.headers.get('Request-Id') ?? '',
  })
}
