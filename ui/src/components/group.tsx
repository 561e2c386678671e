import type { ReactNode } from 'react'

/** Fields that belong together, under one title: side by side where there is room, or each as wide as the group. */
export function Group({ title, wide, children }: { title: string; wide?: boolean; children: ReactNode }) {
  return (
    <fieldset className="panel min-w-0 p-4">
      <legend className="px-1 text-sm font-semibold">{title}</legend>
      <div className={wide ? 'space-y-4' : 'grid gap-4 sm:grid-cols-2'}>{children}</div>
    </fieldset>
  )
}
