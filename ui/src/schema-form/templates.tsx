import type {
  ArrayFieldItemTemplateProps,
  ArrayFieldTemplateProps,
  BaseInputTemplateProps,
  CyclicSchemaExpandProps,
  FieldTemplateProps,
  MultiSchemaFieldTemplateProps,
  ObjectFieldTemplateProps,
  OptionalDataControlsTemplateProps,
  UnsupportedFieldProps,
} from '@rjsf/utils'
import { ADDITIONAL_PROPERTY_FLAG } from '@rjsf/utils'
import { ArrowDown, ArrowUp, Plus, X } from 'lucide-react'
import { createContext, useContext, type ReactNode } from 'react'
import { Button } from '@/components/button'
import { cx } from '@/components/classes'
import { FieldFault, FieldHead, FieldHint } from './field-head'
import { foldingOf } from './folding'
import { isFree } from './prepare'
import { pointerOf, type Schema } from './schema'

/** The path of the union around: the alternative inside is the same field, and repeats neither its name nor its fault. */
const Union = createContext<string | null>(null)

type Path = readonly (string | number)[]
// What alternatives share stands below this name in the library's paths.
const SHARED = 'XxxOf'

const nameOf = (path: Path): string => {
  const last = path.at(-1)
  if (last === SHARED) return nameOf(path.slice(0, -1))
  return typeof last === 'number' ? `${last + 1}.` : (last ?? 'input')
}

const isGroup = (schema: Schema, displayLabel?: boolean) => {
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type
  if ((schema.anyOf || schema.oneOf) && !Object.keys(schema.properties ?? {}).length) return false
  return !displayLabel && !isFree(schema) && (type === 'object' || type === 'array')
}

/** Around every field: head, hint and fault. Objects and lists bring their own head. */
export function FieldTemplate({ id, fieldPathId, schema, required, displayLabel, hidden, rawErrors, rawDescription, children, ...rest }: FieldTemplateProps) {
  const union = useContext(Union)
  const own = schema as Schema
  if (hidden) return <div className="hidden">{children}</div>
  const isInside = union !== null && union === pointerOf(fieldPathId.path)
  if (isInside || isGroup(own, displayLabel) || !fieldPathId.path.length) {
    return (
      <div>
        {children}
        {!isInside && fieldPathId.path.length > 0 && <FieldFault faults={rawErrors} />}
      </div>
    )
  }
  const isAdded = ADDITIONAL_PROPERTY_FLAG in schema
  return (
    <div className="min-w-0">
      {isAdded ? (
        <AddedHead id={id} name={String(fieldPathId.path.at(-1))} onRename={rest.onKeyRenameBlur} onRemove={rest.onRemoveProperty} />
      ) : (
        <FieldHead name={nameOf(fieldPathId.path)} schema={own} required={required} htmlFor={id} />
      )}
      {children}
      <FieldHint id={`${id}-hint`} schema={own} description={rawDescription} />
      <FieldFault id={`${id}-fault`} faults={rawErrors} />
    </div>
  )
}

/** A member whose name is the user's to choose. */
function AddedHead({ id, name, onRename, onRemove }: { id: string; name: string; onRename?: FieldTemplateProps['onKeyRenameBlur']; onRemove?: () => void }) {
  return (
    <span className="mb-1 flex gap-1">
      <input aria-label="Name of the member" id={`${id}-key`} defaultValue={name} onBlur={onRename} className="control" />
      <Button look="quiet" size="icon" aria-label={`Remove ${name}`} onClick={onRemove}>
        <X aria-hidden className="size-3.5" />
      </Button>
    </span>
  )
}

/** At the root, what is required comes first, and much that is optional stays folded. */
export function ObjectFieldTemplate({ properties, schema, formData, fieldPathId, required, description, optionalDataControl, onAddProperty, errorSchema }: ObjectFieldTemplateProps) {
  const isInUnion = useContext(Union) === pointerOf(fieldPathId.path)
  const own = schema as Schema
  const isThere = formData !== undefined || !optionalDataControl
  const add = isThere && own.additionalProperties !== undefined && own.additionalProperties !== false && fieldPathId.path.length > 0 && (
    <Button size="small" look="quiet" onClick={onAddProperty}>
      <Plus aria-hidden className="size-3.5" />
      Add a member
    </Button>
  )
  if (!fieldPathId.path.length) return <RootFields properties={properties} schema={own} faulty={Object.keys(errorSchema ?? {})} />
  if (!properties.length && !add && !optionalDataControl && (own.anyOf || own.oneOf)) return null
  const fields = (properties.length > 0 || add) && (
    <div className="mt-1 space-y-3 border-l-2 border-line pl-3">
      {properties.map((property) => property.content)}
      {add}
    </div>
  )
  if (isInUnion) {
    return (
      <>
        {optionalDataControl}
        {fields}
      </>
    )
  }
  return (
    <fieldset className="min-w-0">
      <legend className="w-full">
        <FieldHead name={nameOf(fieldPathId.path)} schema={own} required={required} aside={optionalDataControl} />
      </legend>
      <FieldHint schema={own} description={typeof description === 'string' ? description : undefined} />
      {fields}
    </fieldset>
  )
}

function RootFields({ properties, schema, faulty }: { properties: ObjectFieldTemplateProps['properties']; schema: Schema; faulty: string[] }) {
  const content = new Map(properties.map((property) => [property.name, property.content]))
  const { open, folded } = foldingOf(schema)
  return (
    <div className="space-y-4">
      {open.map((name) => content.get(name))}
      {folded.length > 0 && (
        <Folded title={`${folded.length} optional fields`} isForced={folded.some((name) => faulty.includes(name))}>
          {folded.map((name) => content.get(name))}
        </Folded>
      )}
    </div>
  )
}

function Folded({ title, isForced, children }: { title: string; isForced: boolean; children: ReactNode }) {
  return (
    <details open={isForced || undefined} className="group">
      <summary className="rounded py-1 text-sm text-muted hover:text-text">{title}</summary>
      <div className="mt-2 space-y-4">{children}</div>
    </details>
  )
}

export function ArrayFieldTemplate({ items, canAdd, onAddClick, schema, fieldPathId, required, optionalDataControl }: ArrayFieldTemplateProps) {
  const own = schema as Schema
  const isInUnion = useContext(Union) === pointerOf(fieldPathId.path)
  const name = nameOf(fieldPathId.path)
  const list = (
    <>
      {items.length > 0 && <div className="space-y-2">{items}</div>}
      {canAdd && (
        <Button size="small" onClick={onAddClick} className={items.length ? 'mt-2' : ''} aria-label={`Add to ${name}`}>
          <Plus aria-hidden className="size-3.5" />
          Add
        </Button>
      )}
    </>
  )
  if (isInUnion) {
    return (
      <>
        {optionalDataControl}
        {list}
      </>
    )
  }
  return (
    <fieldset className="min-w-0">
      <legend className="w-full">
        <FieldHead name={name} schema={own} required={required} aside={optionalDataControl} />
      </legend>
      {list}
      <FieldHint schema={own} description={own.description} />
    </fieldset>
  )
}

export function ArrayFieldItemTemplate({ children, buttonsProps, index }: ArrayFieldItemTemplateProps) {
  const { hasMoveUp, hasMoveDown, hasRemove, onMoveUpItem, onMoveDownItem, onRemoveItem } = buttonsProps
  const at = index + 1
  return (
    <div className="flex items-start gap-1">
      <div className="min-w-0 flex-1">{children}</div>
      <div className="flex pt-5">
        {hasMoveUp && (
          <Button look="quiet" size="icon" aria-label={`Move item ${at} up`} onClick={onMoveUpItem}>
            <ArrowUp aria-hidden className="size-3.5" />
          </Button>
        )}
        {hasMoveDown && (
          <Button look="quiet" size="icon" aria-label={`Move item ${at} down`} onClick={onMoveDownItem}>
            <ArrowDown aria-hidden className="size-3.5" />
          </Button>
        )}
        {hasRemove && (
          <Button look="quiet" size="icon" aria-label={`Remove item ${at}`} onClick={onRemoveItem}>
            <X aria-hidden className="size-3.5" />
          </Button>
        )}
      </div>
    </div>
  )
}

/** A choice among alternatives, and then the one that was chosen. */
export function MultiSchemaFieldTemplate({ selector, optionSchemaField, ...rest }: MultiSchemaFieldTemplateProps & { fieldPathId?: { path: Path } }) {
  const path = (optionSchemaField as { props?: { fieldPathId?: { path: Path } } } | null)?.props?.fieldPathId?.path ?? rest.fieldPathId?.path
  return (
    <Union.Provider value={path ? pointerOf(path) : null}>
      <div className="space-y-2">
        {selector}
        {optionSchemaField}
      </div>
    </Union.Provider>
  )
}

/** Adds or takes away an optional object or list as a whole. */
export function OptionalDataControlsTemplate({ onAddClick, onRemoveClick, id }: OptionalDataControlsTemplateProps) {
  return onAddClick ? (
    <Button id={id} size="small" look="quiet" onClick={onAddClick}>
      <Plus aria-hidden className="size-3.5" />
      Add
    </Button>
  ) : (
    <Button id={id} size="small" look="quiet" onClick={onRemoveClick}>
      <X aria-hidden className="size-3.5" />
      Remove
    </Button>
  )
}

/** A schema within itself goes as deep as one asks. */
export function CyclicSchemaExpandTemplate({ name, fieldPathId, onExpand }: CyclicSchemaExpandProps) {
  return (
    <Button size="small" look="quiet" onClick={() => onExpand(fieldPathId.$id)}>
      <Plus aria-hidden className="size-3.5" />
      {name}
    </Button>
  )
}

export const UnsupportedFieldTemplate = ({ reason }: UnsupportedFieldProps) => <p className="text-xs text-muted">{reason} Write it as JSON.</p>

const PROSE = /(^|_)(body|description|content|text|message|note|comment|markdown|html|bio|summary|prompt)$/i

/** A text or a number on one line; what is likely to be prose, on several. */
export function BaseInputTemplate({ id, value, onChange, onBlur, onFocus, required, readonly, disabled, schema, options, rawErrors, placeholder, name }: BaseInputTemplateProps) {
  const own = schema as Schema
  const isNumber = schema.type === 'integer' || schema.type === 'number'
  const example = own.examples?.[0] ?? own.example
  const shared = {
    id,
    name: id,
    value: value ?? '',
    className: cx('control', isNumber && 'tabular-nums'),
    'aria-required': required,
    'aria-invalid': rawErrors?.length ? true : undefined,
    'aria-describedby': `${id}-hint ${id}-fault`,
    readOnly: readonly,
    disabled,
    autoComplete: 'off',
    spellCheck: false,
    placeholder: placeholder || (example === undefined || typeof example === 'object' ? undefined : String(example)),
    onChange: (event: { target: { value: string } }) => onChange(event.target.value === '' ? options.emptyValue : event.target.value),
    onBlur: (event: { target: { value: string } }) => onBlur(id, event.target.value),
    onFocus: (event: { target: { value: string } }) => onFocus(id, event.target.value),
  }
  if (!isNumber && PROSE.test(name)) return <textarea {...shared} rows={3} />
  return <input {...shared} type="text" inputMode={isNumber ? (schema.type === 'integer' ? 'numeric' : 'decimal') : undefined} />
}

export const Nothing = () => null
