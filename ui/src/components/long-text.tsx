import { Fragment, useMemo, useState } from 'react'
import { cx } from './classes'
import { ExternalLink } from './external-link'
import { beginningOf, piecesOf, type Piece } from './prose'

const LONG = 280

/** Text of a document. What is long shows its beginning, and the rest when asked. */
export function LongText({ text, className }: { text: string; className?: string }) {
  const [isOpen, setOpen] = useState(false)
  const pieces = useMemo(() => piecesOf(text), [text])
  const isLong = pieces.reduce((length, piece) => length + piece.text.length, 0) > LONG
  return (
    <p className={cx('whitespace-pre-line wrap-anywhere', className)}>
      {(isLong && !isOpen ? beginningOf(pieces, LONG) : pieces).map((piece, index) => (
        <Fragment key={index}>{show(piece)}</Fragment>
      ))}
      {isLong && (
        <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)} className="ml-1 text-accent underline underline-offset-2">
          {isOpen ? 'less' : 'more'}
        </button>
      )}
    </p>
  )
}

function show(piece: Piece) {
  if (piece.kind === 'code') return <code className="font-mono">{piece.text}</code>
  if (piece.kind === 'strong') return <strong>{piece.text}</strong>
  if (piece.kind === 'link') return <ExternalLink href={piece.href}>{piece.text}</ExternalLink>
  return piece.text
}
