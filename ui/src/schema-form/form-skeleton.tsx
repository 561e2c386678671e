import { Skeleton } from '@/components/skeleton'
import { FieldHead, FieldHint } from './field-head'
import { foldingOf } from './folding'
import { prepare } from './prepare'
import { asSchema, type Schema } from './schema'

/** A form whose code is still coming: what can be read of it, as high as it will be. */
export function FormSkeleton({ schema }: { schema: Schema }) {
  const { open, folded } = foldingOf(schema)
  return (
    <div className="space-y-4" role="status" aria-label="Loading">
      {open.map((name) => (
        <Field key={name} name={name} schema={prepare(asSchema(schema.properties?.[name]))} required={schema.required?.includes(name)} />
      ))}
      {folded.length > 0 && <Skeleton className="h-7 w-32" />}
    </div>
  )
}

/** A value that one control is for. Of objects, lists and alternatives only the form knows what they look like. */
const isOne = ({ type, anyOf, oneOf }: Schema) => typeof type === 'string' && !['object', 'array'].includes(type) && !anyOf && !oneOf

function Field({ name, schema, required }: { name: string; schema: Schema; required?: boolean }) {
  if (!isOne(schema)) return <Skeleton className={schema.description ? 'h-19' : 'h-14'} />
  return (
    <div className="min-w-0">
      <FieldHead name={name} schema={schema} required={required} />
      <Skeleton className="h-9" />
      <FieldHint schema={schema} description={schema.description} />
    </div>
  )
}
