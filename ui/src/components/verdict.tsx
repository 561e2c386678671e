import type { Shape } from '@/api/client'
import { duration } from './numbers'
import { State } from './state'

type Verdict = Omit<Shape['Verdict'], 'request'> & { request: Pick<Shape['MaskedRequest'], 'method' | 'url'> }

/** Whether a credential has proved itself, and what the upstream said. */
export function VerdictNotice({ verdict }: { verdict: Verdict }) {
  const { ok, status, detail, duration_ms, request, body } = verdict
  return (
    <div role="status" className="space-y-1.5 rounded-md border border-line bg-sunk p-3 text-sm">
      <div className="flex flex-wrap items-center gap-x-3">
        <State tone={ok ? 'ok' : 'bad'}>{ok ? 'It works' : 'It does not work'}</State>
        <span className="text-muted tabular-nums">
          {status !== null && `${status} in `}
          {duration(duration_ms)}
        </span>
      </div>
      <p className="wrap-anywhere">{detail}</p>
      <p className="font-mono text-xs text-muted wrap-anywhere">
        {request.method} {request.url}
      </p>
      {body !== null && body !== undefined && (
        <details>
          <summary className="w-fit text-muted">What the upstream said</summary>
          <pre tabIndex={0} className="mt-1 max-h-48 overflow-auto font-mono text-xs whitespace-pre-wrap">
            {typeof body === 'string' ? body : JSON.stringify(body, null, 2)}
          </pre>
        </details>
      )}
    </div>
  )
}
