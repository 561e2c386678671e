import { useState } from 'react'
import { cx } from './classes'

const LONG = 280

/** Text of a document, as text. What is long shows its beginning, and the rest when asked. */
export function LongText({ text, className }: { text: string; className?: string }) {
  const [isOpen, setOpen] = useState(false)
  const isLong = text.length > LONG
  const shown = isLong && !isOpen ? `${text.slice(0, LONG).replace(/\s+\S*$/, '')} …` : text
  return (
    <p className={cx('whitespace-pre-line wrap-anywhere', className)}>
      {shown}
      {isLong && (
        <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)} className="ml-1 text-accent underline underline-offset-2">
          {isOpen ? 'less' : 'more'}
        </button>
      )}
    </p>
  )
}
