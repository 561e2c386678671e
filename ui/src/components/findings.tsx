import type { Shape } from '@/api/client'
import { count } from './numbers'

type Finding = Shape['Fault']

const PER_CODE = 50

/** What an import repaired, dropped or warns of: by code, each with its place. */
export function Findings({ title, findings, total }: { title: string; findings: readonly Finding[]; total?: number }) {
  const byCode = new Map<string, Finding[]>()
  for (const finding of findings) byCode.set(finding.code, [...(byCode.get(finding.code) ?? []), finding])
  return (
    <section aria-label={title} className="panel p-4 text-sm">
      <h2 className="mb-1 font-semibold">
        {title} <span className="font-normal text-muted tabular-nums">{count(total ?? findings.length)}</span>
      </h2>
      {[...byCode].map(([code, group]) => (
        <details key={code} className="border-t border-line py-1.5 first-of-type:border-0" open={group.length <= 2}>
          <summary className="w-fit">
            {code.replaceAll('_', ' ')} <span className="text-muted tabular-nums">{count(group.length)}</span>
          </summary>
          <ul className="mt-1 space-y-1 pl-4">
            {group.slice(0, PER_CODE).map((finding, index) => (
              <li key={index} className="wrap-anywhere">
                {finding.pointer && <code className="mr-2 font-mono text-xs text-muted">{finding.pointer}</code>}
                {finding.detail}
              </li>
            ))}
            {group.length > PER_CODE && <li className="text-muted">and {count(group.length - PER_CODE)} more</li>}
          </ul>
        </details>
      ))}
    </section>
  )
}
