import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { Shape } from '@/api/client'
import { OutcomeState } from '@/components/outcome'
import { duration } from '@/components/numbers'
import { ProblemNotice } from '@/components/problem'
import { SkeletonLines } from '@/components/skeleton'
import { Time } from '@/components/time'
import { recentQuery } from './recent'

/** The latest calls of an action, whoever made them. */
export function HistoryPanel({ action }: { action: Shape['Action'] }) {
  const recent = useQuery(recentQuery(action.integration, action.name))
  return (
    <section aria-label="Latest calls" className="panel">
      <div className="flex min-h-10 items-center gap-3 border-b border-line px-4">
        <h2 className="flex-1 text-sm font-medium">Latest calls</h2>
        <Link to="/invocations" search={{ integration: action.integration, action: action.name }} className="text-xs text-accent underline underline-offset-2">
          All in the log
        </Link>
      </div>
      <div className="px-4 py-1">
        {recent.error ? (
          <div className="py-2">
            <ProblemNotice error={recent.error} retry={() => void recent.refetch()} />
          </div>
        ) : !recent.data ? (
          <SkeletonLines count={3} />
        ) : recent.data.data.length === 0 ? (
          <p className="py-3 text-sm text-muted">It has not been called in the last 7 days.</p>
        ) : (
          <ul className="divide-y divide-line">
            {recent.data.data.map((call) => (
              <li key={call.request_id} className="relative flex min-h-9 flex-wrap items-center gap-x-3 text-sm hover:bg-sunk">
                <span className="w-40 min-w-0 truncate">
                  <OutcomeState call={call} />
                </span>
                <span className="text-muted tabular-nums">{duration(call.duration_ms)}</span>
                <span className="flex-1 truncate text-muted">{call.connection}</span>
                <Link to="/invocations/$request" params={{ request: call.request_id }} className="text-xs text-muted after:absolute after:inset-0">
                  <Time at={call.at} />
                  <span className="sr-only">, open in the log</span>
                </Link>
              </li>
            ))}
          </ul>
        )}
      </div>
    </section>
  )
}
