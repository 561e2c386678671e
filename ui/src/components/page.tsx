import { useEffect, useRef, type ReactNode } from 'react'

let isFirst = true

type Props = {
  title: string
  /** Beside the title: a state, a version. */
  beside?: ReactNode
  /** Above the title: where this page belongs. */
  trail?: ReactNode
  actions?: ReactNode
  children: ReactNode
}

/** A screen: sets the document's title, and takes the focus to its heading when one has navigated here. */
export function Page({ title, beside, trail, actions, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    document.title = `${title} · Waygate`
  }, [title])
  useEffect(() => {
    if (!isFirst) heading.current?.focus({ preventScroll: true })
    isFirst = false
  }, [])
  return (
    <>
      <header className="mb-4 flex flex-wrap items-end gap-x-4 gap-y-3">
        <div className="min-w-0 flex-1 basis-60">
          {trail && <div className="mb-0.5 flex flex-wrap gap-1 text-sm text-muted">{trail}</div>}
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <h1 ref={heading} tabIndex={-1} className="min-w-0 text-xl font-semibold tracking-tight wrap-anywhere">
              {title}
            </h1>
            {beside}
          </div>
        </div>
        {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </header>
      {children}
    </>
  )
}
