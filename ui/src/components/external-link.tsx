import { ExternalLink as Icon } from 'lucide-react'
import type { ReactNode } from 'react'

/** A link to somewhere else: http and https only, whatever a document says; anything else stays text. */
export function ExternalLink({ href, children }: { href: string; children?: ReactNode }) {
  const isSafe = /^https?:\/\//i.test(href) && URL.canParse(href)
  if (!isSafe) return <span className="wrap-anywhere">{children ?? href}</span>
  return (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow" className="wrap-anywhere text-accent underline underline-offset-2">
      {children ?? href}
      <Icon aria-hidden className="ml-1 inline size-3" />
      <span className="sr-only"> (opens a new tab)</span>
    </a>
  )
}
