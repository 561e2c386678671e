import type { Shape } from '@/api/client'
import { ExternalLink } from '@/components/external-link'
import { linkTo } from './evidence'
import { percent } from './words'

type Evidence = Shape['Evidence']

/** The words that prove a fact, and where they stand. */
export function Quote({ evidence }: { evidence: Evidence }) {
  const { url, quote, pointer, confidence = 1 } = evidence
  const isPage = /^https?:/.test(url)
  return (
    <figure className="border-l-2 border-accent/40 pl-2.5 text-xs">
      {quote ? (
        <blockquote className="font-mono whitespace-pre-wrap wrap-anywhere">{quote}</blockquote>
      ) : (
        pointer && <code className="font-mono wrap-anywhere">{pointer}</code>
      )}
      <figcaption className="mt-0.5 flex flex-wrap gap-x-2 text-muted">
        {isPage ? <ExternalLink href={linkTo(evidence)}>{shortened(url)}</ExternalLink> : <span>{shortened(url)}</span>}
        <span className="tabular-nums">{percent(confidence)}</span>
      </figcaption>
    </figure>
  )
}

/** A few quotes; the first one is shown, the others on request. */
export function Quotes({ of }: { of: readonly Evidence[] }) {
  const [first, ...others] = of
  if (!first) return null
  return (
    <div className="space-y-1.5">
      <Quote evidence={first} />
      {others.length > 0 && (
        <details className="text-xs">
          <summary className="w-fit text-muted">
            {others.length} more {others.length === 1 ? 'quote' : 'quotes'}
          </summary>
          <div className="mt-1.5 space-y-1.5">
            {others.map((evidence, index) => (
              <Quote key={index} evidence={evidence} />
            ))}
          </div>
        </details>
      )}
    </div>
  )
}

function shortened(url: string): string {
  if (!URL.canParse(url)) return url.startsWith('upload:') || url.startsWith('document:') ? 'the uploaded document' : url
  const { host, pathname, hash } = new URL(url)
  return `${host}${pathname === '/' ? '' : pathname}${hash}`
}
