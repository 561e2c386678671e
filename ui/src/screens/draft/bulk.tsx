import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { Shape } from '@/api/client'
import { Button } from '@/components/button'
import { count } from '@/components/numbers'
import { ProblemNotice } from '@/components/problem'
import { decideAll, type Brief } from './queries'
import type { DraftSearch } from './route'
import { STATE } from './words'

/** One verdict on all that the filter leaves. What has something unproved is only accepted by name. */
export function Bulk({ job, search, facts }: { job: string; search: DraftSearch; facts: Shape['Draft'] }) {
  const queries = useQueryClient()
  const verdict = useMutation({
    mutationFn: (state: Brief['state']) => decideAll(job, search, state),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['drafts', job] }),
  })
  const held = Object.entries(verdict.data?.held ?? {})
  const all = facts.matching === facts.total ? `all ${count(facts.total)}` : `these ${count(facts.matching)}`
  const button = (state: Brief['state'], verb: string) => (
    <Button size="small" needs="registry:write" busy={verdict.isPending && verdict.variables === state} disabled={verdict.isPending} onClick={() => verdict.mutate(state)}>
      {verb} {all}
    </Button>
  )
  return (
    <div className="mb-3 space-y-2">
      <div className="flex flex-wrap items-center gap-2 text-sm">
        {button('accepted', 'Accept')}
        {button('rejected', 'Reject')}
        {facts.states.proposed < facts.total && button('proposed', 'Take back')}
        <span role="status" className="text-muted tabular-nums">
          {verdict.data && `${count(verdict.data.changed)} ${STATE[verdict.variables].word}`}
          {held.length > 0 && `, ${count(held.length)} only by name`}
        </span>
      </div>
      {held.length > 0 && (
        <details className="text-sm">
          <summary className="w-fit text-muted">Why only by name</summary>
          <ul className="mt-1 max-h-40 space-y-1 overflow-y-auto">
            {held.map(([name, why]) => (
              <li key={name} className="wrap-anywhere">
                <code className="font-mono text-xs">{name}</code> {why}
              </li>
            ))}
          </ul>
        </details>
      )}
      {verdict.error && <ProblemNotice error={verdict.error} />}
    </div>
  )
}
