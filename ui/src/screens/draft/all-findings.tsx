import type { Shape } from '@/api/client'
import { Findings } from '@/components/findings'
import { count } from '@/components/numbers'

type Draft = Shape['Draft']

export const findingsCount = ({ repaired, dropped, warnings, removed }: Draft): number =>
  repaired.length + dropped.length + warnings.length + removed.length

/** What the import repaired, dropped and warns of, and which actions the documentation does not know any more. */
export function AllFindings({ draft }: { draft: Draft }) {
  if (!findingsCount(draft)) return <p className="py-8 text-center text-sm text-muted">The documentation was read as it is: nothing to say about it.</p>
  return (
    <div className="space-y-4">
      {draft.warnings.length > 0 && <Findings title="Warnings" findings={draft.warnings} />}
      {draft.repaired.length > 0 && <Findings title="Repaired" findings={draft.repaired} />}
      {draft.dropped.length > 0 && <Findings title="Dropped" findings={draft.dropped} />}
      {draft.removed.length > 0 && (
        <section aria-label="Removed actions" className="panel p-4 text-sm">
          <h2 className="mb-1 font-semibold">
            Not in the documentation any more <span className="font-normal text-muted tabular-nums">{count(draft.removed.length)}</span>
          </h2>
          <p className="text-muted">They stay callable until you delete them.</p>
          <ul className="mt-2 space-y-1 font-mono text-xs">
            {draft.removed.map((name) => (
              <li key={name}>{name}</li>
            ))}
          </ul>
        </section>
      )}
    </div>
  )
}
