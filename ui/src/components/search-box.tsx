import { Search } from 'lucide-react'
import type { ComponentProps } from 'react'
import { cx } from './classes'

type Props = Omit<ComponentProps<'input'>, 'onChange' | 'value'> & { label: string; value: string; onChange: (value: string) => void }

/** A field that filters what is below it. */
export function SearchBox({ label, value, onChange, className, ...rest }: Props) {
  return (
    <div className={cx('relative', className)}>
      <Search aria-hidden className="pointer-events-none absolute top-1/2 left-2.5 size-3.5 -translate-y-1/2 text-muted" />
      <input
        type="search"
        aria-label={label}
        placeholder={label}
        autoComplete="off"
        spellCheck={false}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        {...rest}
        className="control pl-8!"
      />
    </div>
  )
}
