import { Check, Copy } from 'lucide-react'
import { useEffect, useState, type ReactNode } from 'react'
import { Button } from './button'
import { cx } from './classes'

/** Copies `text`, and says so in place. */
export function CopyButton({ text, label = 'Copy', word, className }: { text: string; label?: string; word?: boolean; className?: string }) {
  const [state, setState] = useState<'idle' | 'done' | 'failed'>('idle')
  useEffect(() => {
    if (state === 'idle') return
    const timer = setTimeout(() => setState('idle'), 2000)
    return () => clearTimeout(timer)
  }, [state])
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text)
      setState('done')
    } catch {
      setState('failed')
    }
  }
  const said = state === 'done' ? 'Copied' : state === 'failed' ? 'Select it and press Ctrl-C' : label
  return (
    <Button look="quiet" size="small" onClick={copy} title={said} aria-label={word ? undefined : label} className={className}>
      {state === 'done' ? <Check aria-hidden className="size-3.5 text-ok" /> : <Copy aria-hidden className="size-3.5" />}
      {word && said}
      <span role="status" className="sr-only">
        {!word && state !== 'idle' ? said : ''}
      </span>
    </Button>
  )
}

/** An id or address in mono, selectable with one click, with a button that copies it. */
export function Copyable({ text, label, className }: { text: string; label?: string; className?: string }) {
  return (
    <span className={cx('inline-flex min-w-0 items-center gap-0.5', className)}>
      <code className="min-w-0 font-mono text-xs break-all select-all">{text}</code>
      <CopyButton text={text} label={label ?? `Copy ${text}`} />
    </span>
  )
}

/** Code or a document, as it is: scrolls in itself, and can be copied. Lines of `wrapped` text are broken, not cut. */
export function CodeBlock({ text, label, wrapped, className, children }: CodeBlockProps) {
  return (
    <div className={cx('flex items-start rounded-md border border-line bg-sunk', className)}>
      <pre
        tabIndex={0}
        role="region"
        aria-label={label}
        className={cx(
          'max-h-[36rem] min-w-0 flex-1 overflow-auto rounded-md p-3 pr-1 font-mono text-xs leading-5',
          wrapped ? 'whitespace-pre-wrap wrap-anywhere' : 'whitespace-pre',
        )}
      >
        {children ?? text}
      </pre>
      <CopyButton text={text} label={`Copy: ${label}`} className="m-1.5 shrink-0" />
    </div>
  )
}

type CodeBlockProps = {
  /** What is copied; and shown, unless `children` show it in colours, or a part of it. */
  text: string
  label: string
  wrapped?: boolean
  className?: string
  children?: ReactNode
}
