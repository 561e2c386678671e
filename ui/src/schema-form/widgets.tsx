import type { FieldProps, WidgetProps } from '@rjsf/utils'
import { useState } from 'react'
import { bytes } from '@/components/numbers'
import { Checkbox } from '@/components/field'

const describedBy = (id: string) => `${id}-hint ${id}-fault`

/** What every control of one value is told of its field. */
const controlOf = ({ id, disabled, readonly, required, rawErrors }: WidgetProps) => ({
  id,
  className: 'control',
  disabled: disabled || readonly,
  'aria-required': required,
  'aria-invalid': rawErrors?.length ? true : undefined,
  'aria-describedby': describedBy(id),
})

/** One of some values, or none. */
export function SelectWidget(widget: WidgetProps) {
  const { id, value, onChange, onBlur, onFocus, options, required, schema } = widget
  const choices = options.enumOptions ?? []
  const chosen = choices.findIndex((choice) => choice.value === value)
  const isUnion = schema.default === 0 && schema.type === 'number' // the choice among alternatives always has one
  return (
    <select
      {...controlOf(widget)}
      aria-label={isUnion ? 'Which alternative' : undefined}
      value={chosen}
      onBlur={() => onBlur(id, value)}
      onFocus={() => onFocus(id, value)}
      onChange={(event) => onChange(choices[Number(event.target.value)]?.value)}
    >
      {!isUnion && <option value={-1}>{required ? 'Choose …' : '—'}</option>}
      {choices.map((choice, index) => (
        <option key={index} value={index}>
          {choice.label}
        </option>
      ))}
    </select>
  )
}

/** Any of some values. */
export function CheckboxesWidget({ id, value, onChange, options, disabled, readonly }: WidgetProps) {
  const chosen: unknown[] = Array.isArray(value) ? value : []
  return (
    <div id={id} role="group" aria-describedby={describedBy(id)} className="flex flex-wrap gap-x-4 gap-y-1">
      {(options.enumOptions ?? []).map((choice) => (
        <Checkbox
          key={choice.label}
          label={choice.label}
          disabled={disabled || readonly}
          checked={chosen.includes(choice.value)}
          onChange={(event) => {
            const rest = chosen.filter((one) => one !== choice.value)
            const next = event.target.checked ? [...rest, choice.value] : rest
            onChange(next.length ? next : undefined)
          }}
        />
      ))}
    </div>
  )
}

/** Yes, no, or not said: an unticked box could not tell the last two apart. */
export function BooleanWidget(widget: WidgetProps) {
  const { value, onChange, required } = widget
  return (
    <select
      {...controlOf(widget)}
      value={String(value ?? '')}
      onChange={(event) => onChange(event.target.value === '' ? undefined : event.target.value === 'true')}
    >
      <option value="">{required ? 'Choose …' : '—'}</option>
      <option value="true">true</option>
      <option value="false">false</option>
    </select>
  )
}

/** A value of any kind, written as JSON. */
export function JsonField({ fieldPathId, formData, onChange, rawErrors, required, disabled, readonly }: FieldProps) {
  const [text, setText] = useState(() => (formData === undefined ? '' : JSON.stringify(formData, null, 2)))
  const [isBroken, setBroken] = useState(false)
  const id = fieldPathId.$id
  const change = (next: string) => {
    setText(next)
    if (next.trim() === '') {
      setBroken(false)
      return onChange(undefined, fieldPathId.path)
    }
    try {
      onChange(JSON.parse(next), fieldPathId.path)
      setBroken(false)
    } catch {
      setBroken(true)
    }
  }
  return (
    <>
      <textarea
        id={id}
        rows={Math.min(10, Math.max(2, text.split('\n').length))}
        className="control font-mono text-xs!"
        value={text}
        spellCheck={false}
        placeholder="JSON"
        disabled={disabled || readonly}
        aria-required={required}
        aria-invalid={isBroken || rawErrors?.length ? true : undefined}
        aria-describedby={describedBy(id)}
        onChange={(event) => change(event.target.value)}
      />
      {isBroken && <p className="mt-1 text-xs text-bad">This is not JSON yet.</p>}
    </>
  )
}

/** A file from this machine, as base64. */
export function FileField({ fieldPathId, formData, onChange, rawErrors, required, disabled, readonly, schema }: FieldProps) {
  const id = fieldPathId.$id
  const size = typeof formData === 'string' ? Math.floor((formData.replace(/=+$/, '').length * 3) / 4) : null
  const read = async (file: File | undefined) => onChange(file && (await base64Of(file)), fieldPathId.path)
  return (
    <div className="flex flex-wrap items-center gap-2">
      <input
        id={id}
        type="file"
        accept={typeof schema.contentMediaType === 'string' ? schema.contentMediaType : undefined}
        disabled={disabled || readonly}
        aria-required={required}
        aria-invalid={rawErrors?.length ? true : undefined}
        aria-describedby={describedBy(id)}
        className="control w-auto! min-w-0 flex-1 text-xs! file:mr-2 file:rounded file:border file:border-line file:bg-sunk file:px-2 file:py-0.5 file:text-text"
        onChange={(event) => void read(event.target.files?.[0])}
      />
      {size !== null && <span className="text-xs text-muted tabular-nums">{bytes(size)}</span>}
    </div>
  )
}

function base64Of(file: File): Promise<string> {
  return new Promise((settle, refuse) => {
    const reader = new FileReader()
    reader.onload = () => settle(String(reader.result).replace(/^data:[^,]*,/, ''))
    reader.onerror = () => refuse(reader.error)
    reader.readAsDataURL(file)
  })
}
