import { useId, type ComponentProps, type ReactNode } from 'react'
import { cx } from './classes'

type Control = { id: string; 'aria-describedby': string | undefined; 'aria-invalid': boolean | undefined }

type Props = {
  label: ReactNode
  hint?: ReactNode
  error?: string
  optional?: boolean
  className?: string
  children: (control: Control) => ReactNode
}

/** A labelled control with its hint and its error: `<Field label="Name">{(c) => <Input {...c} … />}</Field>`. */
export function Field({ label, hint, error, optional, className, children }: Props) {
  const id = useId()
  const described = cx(hint ? `${id}-hint` : false, error ? `${id}-error` : false)
  return (
    <div className={cx('min-w-0', className)}>
      <label htmlFor={id} className="mb-1 flex items-baseline gap-1.5 text-sm font-medium">
        {label}
        {optional && <span className="text-xs font-normal text-muted">optional</span>}
      </label>
      {children({ id, 'aria-describedby': described || undefined, 'aria-invalid': error ? true : undefined })}
      {hint && (
        <p id={`${id}-hint`} className="mt-1 text-xs text-muted">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} role="alert" className="mt-1 text-xs text-bad">
          {error}
        </p>
      )}
    </div>
  )
}

export const Input = ({ className, ...rest }: ComponentProps<'input'>) => (
  <input autoComplete="off" spellCheck={false} {...rest} className={cx('control', className)} />
)

export const Select = ({ className, ...rest }: ComponentProps<'select'>) => <select {...rest} className={cx('control', className)} />

export const Textarea = ({ className, ...rest }: ComponentProps<'textarea'>) => (
  <textarea spellCheck={false} {...rest} className={cx('control', className)} />
)

/** A tick with its label beside it. */
export function Checkbox({ label, className, ...rest }: ComponentProps<'input'> & { label: ReactNode }) {
  return (
    <label className={cx('inline-flex min-h-6 items-center gap-2 text-sm', className)}>
      <input type="checkbox" {...rest} className="size-4 accent-accent" />
      {label}
    </label>
  )
}
