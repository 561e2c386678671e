import type { Shape } from '@/api/client'
import { duration } from './numbers'
import { State } from './state'

type Attempt = Shape['Attempt']

/** What an attempt came to, in words. */
export function attemptWord({ status, reason }: Attempt): string {
  const why = reason === `http_${status}` ? undefined : reason?.replaceAll('_', ' ')
  if (status === null || status === undefined) return why ?? 'no answer'
  return why ? `${status} ${why}` : String(status)
}

/** Every attempt of a call with its reason, along the time that it took; waits between them are the gaps. */
export function Attempts({ attempts }: { attempts: readonly Attempt[] }) {
  const total = Math.max(1, attempts.reduce((sum, { duration_ms = 0, wait_ms = 0 }) => sum + (duration_ms ?? 0) + (wait_ms ?? 0), 0))
  let elapsed = 0
  return (
    <ol aria-label="Attempts" className="divide-y divide-line text-sm">
      {attempts.map((attempt) => {
        const took = attempt.duration_ms ?? 0
        const start = elapsed
        elapsed += took + (attempt.wait_ms ?? 0)
        const isGood = attempt.status !== null && attempt.status !== undefined && attempt.status < 400 && !attempt.reason
        return (
          <li key={attempt.n} className="grid grid-cols-[1.5rem_minmax(0,1fr)_auto] items-center gap-x-2 py-1.5">
            <span className="text-muted tabular-nums">{attempt.n}</span>
            <State tone={isGood ? 'ok' : 'bad'}>{attemptWord(attempt)}</State>
            <span className="text-right text-xs text-muted tabular-nums">
              {duration(took)}
              {attempt.wait_ms ? `, then waited ${duration(attempt.wait_ms)}` : ''}
            </span>
            <span aria-hidden className="col-span-2 col-start-2 mt-1 h-1 rounded bg-sunk">
              <span
                className={isGood ? 'block h-1 rounded bg-ok' : 'block h-1 rounded bg-bad'}
                style={{ marginLeft: `${(100 * start) / total}%`, width: `${Math.max(1, (100 * took) / total)}%` }}
              />
            </span>
          </li>
        )
      })}
    </ol>
  )
}
