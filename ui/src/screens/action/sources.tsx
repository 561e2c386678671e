import type { Shape } from '@/api/client'
import { ExternalLink } from '@/components/external-link'

const PROOF = {
  documented: 'Nobody has called it yet: it is as the documentation says.',
  dry_run: 'Its request has been built, and not sent.',
  called: 'It has been called, and has answered.',
} as const

/** Where each fact about an action comes from. */
export function Sources({ action }: { action: Shape['Action'] }) {
  const evidence = action.evidence ?? []
  return (
    <div className="space-y-3 text-sm">
      <p>{PROOF[action.proof ?? 'documented']}</p>
      {evidence.length === 0 && <p className="text-muted">It was written by hand, so nothing is quoted.</p>}
      <ul className="divide-y divide-line">
        {evidence.map((item, index) => (
          <li key={index} className="space-y-1 py-2">
            <div className="flex flex-wrap items-baseline gap-x-2">
              <span className="font-medium">{item.field}</span>
              <span className="text-xs text-muted tabular-nums">confidence {(item.confidence ?? 1).toFixed(2)}</span>
            </div>
            {item.quote && <blockquote className="border-l-2 border-line pl-2 text-xs whitespace-pre-line text-muted wrap-anywhere">{item.quote}</blockquote>}
            <div className="text-xs">
              <ExternalLink href={item.url} />
              {item.pointer && <code className="ml-1 font-mono wrap-anywhere">{item.pointer}</code>}
            </div>
          </li>
        ))}
      </ul>
    </div>
  )
}
