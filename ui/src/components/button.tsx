import { Slot } from 'radix-ui'
import { LoaderCircle } from 'lucide-react'
import type { ComponentProps, MouseEvent } from 'react'
import { useMay, type Scope } from '@/api/queries'
import { cx } from './classes'

const LOOK = {
  primary: 'border-accent bg-accent text-on-accent hover:bg-accent-strong',
  plain: 'border-edge/50 bg-raised hover:bg-sunk',
  quiet: 'border-transparent hover:bg-sunk',
  danger: 'border-edge/50 bg-raised text-bad hover:bg-sunk',
} as const

type Props = ComponentProps<'button'> & {
  look?: keyof typeof LOOK
  size?: 'normal' | 'small' | 'icon'
  /** The scope that the API will ask for: a key without it sees the button, cannot press it, and is told why. */
  needs?: Scope
  busy?: boolean
  asChild?: boolean
}

const SIZE = {
  normal: 'min-h-8 gap-1.5 px-3 py-1',
  small: 'min-h-7 gap-1 px-2 py-0.5 text-xs',
  icon: 'size-8 justify-center',
} as const

/** A button that stays focusable while it cannot be pressed, so that its reason can be read. */
export function Button({ look = 'plain', size = 'normal', needs, busy, asChild, className, disabled, onClick, title, children, ...rest }: Props) {
  const may = useMay(needs)
  const isOff = disabled || busy || !may
  const Tag = asChild ? Slot.Root : 'button'
  return (
    <Tag
      {...(asChild ? {} : { type: 'button' as const })}
      {...rest}
      aria-disabled={isOff || undefined}
      aria-busy={busy || undefined}
      title={may ? title : `This key lacks the scope ${needs}.`}
      onClick={(event: MouseEvent<HTMLButtonElement>) => (isOff ? event.preventDefault() : onClick?.(event))}
      className={cx(
        'inline-flex shrink-0 items-center rounded-md border text-sm font-medium whitespace-nowrap select-none',
        LOOK[look],
        SIZE[size],
        isOff && (busy ? 'cursor-progress' : 'cursor-not-allowed opacity-60'),
        className,
      )}
    >
      {asChild ? (
        children
      ) : (
        <>
          {busy && <LoaderCircle aria-hidden className="size-3.5 animate-spin" />}
          {children}
        </>
      )}
    </Tag>
  )
}
