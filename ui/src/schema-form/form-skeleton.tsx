import { Skeleton } from '@/components/skeleton'
import { foldingOf } from './folding'
import { asSchema, type Schema } from './schema'

/** The place of a form whose code is still coming, about as high as it will be. */
export function FormSkeleton({ schema }: { schema: Schema }) {
  const { open, folded } = foldingOf(schema)
  return (
    <div className="space-y-4" role="status" aria-label="Loading">
      {open.map((name) => (
        <Skeleton key={name} className={asSchema(schema.properties?.[name]).description ? 'h-19' : 'h-14'} />
      ))}
      {folded.length > 0 && <Skeleton className="h-7 w-32" />}
    </div>
  )
}
