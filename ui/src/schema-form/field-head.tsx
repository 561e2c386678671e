import type { ReactNode } from 'react'
import { LongText } from '@/components/long-text'
import { constraintWords, typeWord } from './prepare'
import type { Schema } from './schema'

type Props = { name: string; schema: Schema; required?: boolean; htmlFor?: string; aside?: ReactNode }

/** The name of a field as it stands in the JSON, its type, and whether it has to be there. */
export function FieldHead({ name, schema, required, htmlFor, aside }: Props) {
  const Name = htmlFor ? 'label' : 'span'
  return (
    <span className="mb-1 flex flex-wrap items-baseline gap-x-2 text-sm">
      <Name htmlFor={htmlFor} className="font-medium wrap-anywhere">
        {name}
      </Name>
      <span className="text-xs text-muted">{typeWord(schema)}</span>
      {required && <span className="text-xs font-medium text-warn">required</span>}
      {schema.deprecated && <span className="text-xs text-warn">deprecated</span>}
      {aside && <span className="ml-auto">{aside}</span>}
    </span>
  )
}

/** What a field is for, what it must keep to, and an example. */
export function FieldHint({ id, schema, description }: { id?: string; schema: Schema; description?: string }) {
  const words = constraintWords(schema)
  if (!description && !words.length) return null
  return (
    <div id={id} className="mt-1 text-xs text-muted">
      {description && <LongText text={description} />}
      {words.length > 0 && <p>{words.join(' · ')}</p>}
    </div>
  )
}

/** What is wrong with a field. */
export function FieldFault({ id, faults }: { id?: string; faults: readonly string[] | undefined }) {
  if (!faults?.length) return null
  return (
    <p id={id} role="alert" className="mt-1 text-xs font-medium text-bad wrap-anywhere">
      {faults.join('; ')}
    </p>
  )
}
