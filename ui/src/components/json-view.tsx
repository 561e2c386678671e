import { Fragment, useMemo, type ReactNode } from 'react'
import { CodeBlock } from './copy'
import { bytes } from './numbers'

const COLOURED = 60_000
const SHOWN = 300_000
const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(true|false|null)/g

/** A JSON text, as it is. Very long ones are cut on the screen and whole when copied. */
export function JsonView({ text, label, className }: { text: string; label: string; className?: string }) {
  const cut = text.length > SHOWN ? text.slice(0, SHOWN) : text
  const content = useMemo(() => (cut.length > COLOURED ? cut : coloured(cut)), [cut])
  return (
    <div className={className}>
      <CodeBlock text={text} label={label} wrapped>
        {content}
      </CodeBlock>
      {cut.length < text.length && (
        <p className="mt-1 text-xs text-muted">
          The first {bytes(SHOWN)} of {bytes(text.length)} are shown; copying takes all of it.
        </p>
      )}
    </div>
  )
}

function coloured(text: string): ReactNode {
  const parts: ReactNode[] = []
  let from = 0
  for (const match of text.matchAll(TOKEN)) {
    parts.push(text.slice(from, match.index))
    const [whole, string, colon, number] = match
    const colour = string !== undefined ? (colon === undefined ? 'text-ok' : 'text-accent') : number !== undefined ? 'text-warn' : 'text-bad'
    const shown = string ?? whole
    parts.push(
      <span key={match.index} className={colour}>
        {shown}
      </span>,
    )
    from = match.index + shown.length
  }
  parts.push(text.slice(from))
  return parts.map((part, index) => <Fragment key={index}>{part}</Fragment>)
}
