import type { ReactNode } from 'react'
import { cx } from './classes'

export type Tone = 'ok' | 'warn' | 'bad' | 'accent' | 'muted'

const TEXT: Record<Tone, string> = {
  ok: 'text-ok',
  warn: 'text-warn',
  bad: 'text-bad',
  accent: 'text-accent',
  muted: 'text-muted',
}

/** A state as a word with a dot: never by colour alone. `busy` states pulse. */
export function State({ tone, children, busy, title }: { tone: Tone; children: ReactNode; busy?: boolean; title?: string }) {
  return (
    <span title={title} className={cx('inline-flex items-center gap-1.5 text-sm whitespace-nowrap', TEXT[tone])}>
      <span
        aria-hidden
        className={cx(
          'size-2 shrink-0 rounded-full border border-current',
          tone !== 'muted' && 'bg-current',
          busy && 'animate-pulse',
        )}
      />
      {children}
    </span>
  )
}

/** A short label in a frame: a tag, a version, a scope. */
export function Chip({ children, title, className }: { children: ReactNode; title?: string; className?: string }) {
  return (
    <span
      title={title}
      className={cx(
        'inline-flex max-w-full items-center truncate rounded border border-line bg-sunk px-1.5 py-px text-xs text-muted',
        className,
      )}
    >
      {children}
    </span>
  )
}

const METHOD: Record<string, string> = { GET: 'text-ok', HEAD: 'text-ok', OPTIONS: 'text-ok', DELETE: 'text-bad' }

/** An HTTP method. */
export function Method({ children, className }: { children: string; className?: string }) {
  return <span className={cx('font-mono text-xs font-semibold', METHOD[children] ?? 'text-warn', className)}>{children}</span>
}
