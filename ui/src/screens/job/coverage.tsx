import type { Shape } from '@/api/client'
import { ExternalLink } from '@/components/external-link'
import { count } from '@/components/numbers'

// The reasons of docs/scraping.md, in a few words.
const WHY: Record<string, string> = {
  out_of_scope: 'outside of the part of the site that was asked for',
  robots: 'the site’s robots.txt asks us not to read it',
  too_deep: 'further from the start than the limit',
  too_many: 'a limit on pages, bytes or time came first',
  trap: 'its address grows endlessly',
  too_large: 'larger than the limit',
  unreachable: 'could not be fetched',
  not_found: 'answered 404 or 410',
  refused: 'answered another error',
  not_a_page: 'neither HTML, Markdown nor plain text',
  duplicate: 'the same as another page',
  needs_script: 'shows its text by script only',
  unread: 'reading it failed',
}

/** Which pages were read and which were not, and why. */
export function Coverage({ coverage }: { coverage: Shape['Coverage'] }) {
  const skipped = Object.entries(coverage.skipped).filter(([, number]) => number > 0)
  return (
    <section aria-labelledby="coverage" className="panel p-4 text-sm">
      <h2 id="coverage" className="mb-2 font-semibold">
        Coverage
      </h2>
      <p>
        {count(coverage.read)} of {count(coverage.found)} pages were read
        {coverage.outside > 0 && `; ${count(coverage.outside)} links lead outside and were not followed`}.
      </p>
      {skipped.length > 0 && (
        <ul className="mt-2 space-y-1">
          {skipped.map(([reason, number]) => (
            <li key={reason}>
              <span className="tabular-nums">{count(number)}</span> skipped: {WHY[reason] ?? reason}
            </li>
          ))}
        </ul>
      )}
      <Listed title={`Pages read (${count(coverage.pages.length)})`}>
        {coverage.pages.map((url) => (
          <li key={url}>
            <ExternalLink href={url} />
          </li>
        ))}
      </Listed>
      {coverage.left_out.length > 0 && (
        <Listed title={`Pages left out (${count(coverage.left_out.length)})`}>
          {coverage.left_out.map((page, index) => (
            <li key={index}>
              <ExternalLink href={page.url ?? ''}>{page.url}</ExternalLink>{' '}
              <span className="text-muted">{WHY[page.why ?? ''] ?? page.why ?? ''}</span>
            </li>
          ))}
        </Listed>
      )}
    </section>
  )
}

function Listed({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <details className="mt-3">
      <summary className="w-fit font-medium">{title}</summary>
      <ul className="mt-2 max-h-72 space-y-1 overflow-y-auto text-xs">{children}</ul>
    </details>
  )
}
