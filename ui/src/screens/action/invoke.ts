import { api, type Shape } from '@/api/client'
import { parseExact } from '@/api/exact-json'
import { asProblem, problemOf, type Problem } from '@/api/problem'

export type Options = { connection?: string; timeout?: string; idempotencyKey?: string }

export type Answer = { at: number; isDry: boolean; isReplayed: boolean } & (
  | { problem: Problem }
  | { problem?: undefined; data: unknown; meta: Shape['InvocationMeta'] }
)

/** The headers that say how a call is to be made. */
export function headersOf({ connection, timeout, idempotencyKey }: Options): Record<string, string> {
  return {
    ...(connection ? { 'Waygate-Connection': connection } : {}),
    ...(timeout ? { 'Waygate-Timeout': timeout } : {}),
    ...(idempotencyKey ? { 'Idempotency-Key': idempotencyKey } : {}),
  }
}

/** Runs an action with an input as it was written, number by number; a refusal is an answer too. */
export async function invoke(integration: string, action: string, input: string, options: Options, isDry: boolean): Promise<Answer> {
  const at = Date.now()
  try {
    const { data, error, response } = await api.POST('/actions/{integration}/{action}', {
      params: { path: { integration, action }, query: isDry ? { dry_run: true } : {} },
      headers: headersOf(options),
      body: {},
      bodySerializer: () => input,
      parseAs: 'text',
    })
    const facts = { at, isDry, isReplayed: response.headers.get('Idempotency-Replayed') === 'true' }
    if (!response.ok) return { ...facts, problem: problemOf(response, error) }
    const text = data as string
    const { data: exact } = parseExact(text) as { data: unknown }
    return { ...facts, data: exact, meta: (JSON.parse(text) as Shape['InvocationResult']).meta }
  } catch (thrown) {
    return { at, isDry, isReplayed: false, problem: asProblem(thrown) }
  }
}
