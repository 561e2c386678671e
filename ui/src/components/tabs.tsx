import { Tabs as Radix } from 'radix-ui'
import { useId, type ReactNode } from 'react'
import { TAB } from './tab-look'

export type TabItem<T extends string> = { value: T; label: ReactNode; panel: ReactNode }

type Props<T extends string> = {
  label: string
  items: readonly TabItem<T>[]
  value: T
  onChange: (value: T) => void
  /** At the right end of the row of tabs. */
  aside?: ReactNode
  className?: string
}

/** Tabs within a screen. Those that are screens are links (`LINK_TAB`). */
export function Tabs<T extends string>({ label, items, value, onChange, aside, className }: Props<T>) {
  const id = useId()
  const shown = items.find((item) => item.value === value)
  return (
    <Radix.Root value={value} onValueChange={(next) => onChange(next as T)} className={className}>
      <div className="flex items-center border-b border-line px-2">
        <Radix.List aria-label={label} className="flex min-w-0 flex-1 overflow-x-auto">
          {items.map((item) => (
            <Radix.Trigger key={item.value} value={item.value} id={`${id}-${item.value}`} aria-controls={`${id}-panel`} className={TAB}>
              {item.label}
            </Radix.Trigger>
          ))}
        </Radix.List>
        {aside}
      </div>
      {/* Not the library's own, which looks for animations in each panel: the style of the whole page, computed anew. */}
      <div key={value} role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${value}`} className="p-4" tabIndex={-1}>
        {shown?.panel}
      </div>
    </Radix.Root>
  )
}
