import { lazy, Suspense } from 'react'
import { useDrawn } from '@/components/drawn'
import { Skeleton } from '@/components/skeleton'

const JsonEditor = lazy(() => import('@/components/json-editor'))

type Props = {
  label: string
  hint: string
  value: string
  onChange: (value: string) => void
  /** By JSON pointer into the document, what is wrong. */
  faults: ReadonlyMap<string, string>
  onSubmit: () => void
}

/** A part of an action that is written as JSON, with its faults marked in it and named below. */
export function Document({ label, hint, value, onChange, faults, onSubmit }: Props) {
  const isDrawn = useDrawn()
  return (
    <div className="min-w-0">
      <p className="text-sm font-medium">{label}</p>
      <p className="mb-1 text-xs text-muted">{hint}</p>
      <Suspense fallback={<Skeleton className="h-50" />}>
        {isDrawn ? <JsonEditor label={label} value={value} onChange={onChange} faults={faults} onSubmit={onSubmit} /> : <Skeleton className="h-50" />}
      </Suspense>
      {faults.size > 0 && (
        <ul role="alert" className="mt-1 space-y-0.5 text-xs text-bad">
          {[...faults].map(([pointer, detail]) => (
            <li key={pointer} className="wrap-anywhere">
              {pointer && <code className="font-mono">{pointer}</code>} {detail}
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
