import { X } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { Button } from '@/components/button'
import { Field, Input, Select } from '@/components/field'
import { Time } from '@/components/time'
import { OUTCOMES, type Filter } from './route'

const OUTCOME_WORD: Record<(typeof OUTCOMES)[number], string> = { succeeded: 'Succeeded', failed: 'Failed', unknown: 'May have happened' }
const SPANS = [
  ['Last 15 minutes', 15],
  ['Last hour', 60],
  ['Last 24 hours', 1440],
] as const

/** What is only ever come by from a call. */
const CHOSEN = [
  ['idempotency_hash', 'idempotency key'],
  ['key_id', 'API key'],
  ['replay_of', 'replays of'],
] as const

type Props = { filter: Filter; onChange: (change: Filter) => void; integrations: readonly string[] | undefined }

/** What the log is narrowed to. All of it is in the address. */
export function Filters({ filter, onChange, integrations }: Props) {
  const names = filter.integration && !integrations?.includes(filter.integration) ? [filter.integration, ...(integrations ?? [])] : (integrations ?? [])
  const isRare = Boolean(filter.connection || filter.code || filter.status || filter.until)
  const since = (minutes: string) => onChange({ since: minutes ? new Date(Date.now() - Number(minutes) * 60_000).toISOString() : undefined })
  return (
    <div className="mb-3 space-y-2">
      <div className="flex flex-wrap gap-2">
        <Select aria-label="Integration" className="w-auto! max-w-full" value={filter.integration ?? ''} onChange={(event) => onChange({ integration: event.target.value || undefined, action: undefined })}>
          <option value="">All integrations</option>
          {names.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </Select>
        <TextFilter label="Action" value={filter.action} onChange={(action) => onChange({ action })} className="w-44!" />
        <Select aria-label="Outcome" className="w-auto!" value={filter.outcome ?? ''} onChange={(event) => onChange({ outcome: OUTCOMES.find((outcome) => outcome === event.target.value) })}>
          <option value="">All outcomes</option>
          {OUTCOMES.map((outcome) => (
            <option key={outcome} value={outcome}>
              {OUTCOME_WORD[outcome]}
            </option>
          ))}
        </Select>
        {filter.since ? (
          <Chosen label="since" onClear={() => onChange({ since: undefined })}>
            <Time at={filter.since} exact />
          </Chosen>
        ) : (
          <Select aria-label="Time" className="w-auto!" value="" onChange={(event) => since(event.target.value)}>
            <option value="">Last 7 days</option>
            {SPANS.map(([label, minutes]) => (
              <option key={label} value={minutes}>
                {label}
              </option>
            ))}
          </Select>
        )}
        {CHOSEN.map(([name, label]) => {
          const value = filter[name]
          return (
            value && (
              <Chosen key={name} label={label} onClear={() => onChange({ [name]: undefined })}>
                <code className="font-mono text-xs">{value.length > 16 ? `${value.slice(0, 16)}…` : value}</code>
              </Chosen>
            )
          )
        })}
      </div>
      <details open={isRare || undefined}>
        <summary className="w-fit rounded text-sm text-muted hover:text-text">More filters</summary>
        <div className="mt-2 grid gap-3 sm:grid-cols-3">
          <Field label="Connection">
            {(control) => <TextFilter {...control} value={filter.connection} onChange={(connection) => onChange({ connection })} />}
          </Field>
          <Field label="Code" hint="Such as upstream_refused">
            {(control) => <TextFilter {...control} value={filter.code} onChange={(code) => onChange({ code })} />}
          </Field>
          <Field label="Status" hint="Waygate's own, such as 424">
            {(control) => (
              <TextFilter
                {...control}
                inputMode="numeric"
                value={filter.status === undefined ? undefined : String(filter.status)}
                onChange={(text) => onChange({ status: /^[1-5]\d\d$/.test(text ?? '') ? Number(text) : undefined })}
              />
            )}
          </Field>
        </div>
      </details>
    </div>
  )
}

function Chosen({ label, onClear, children }: { label: string; onClear: () => void; children: React.ReactNode }) {
  return (
    <span className="inline-flex items-center gap-1.5 rounded-md border border-accent bg-tint pl-2.5 text-sm">
      {label} {children}
      <Button look="quiet" size="icon" className="size-7!" aria-label={`Clear ${label}`} onClick={onClear}>
        <X aria-hidden className="size-3.5" />
      </Button>
    </span>
  )
}

type TextProps = Omit<React.ComponentProps<'input'>, 'value' | 'onChange'> & {
  label?: string
  value: string | undefined
  onChange: (value: string | undefined) => void
}

const PAUSE_MS = 350

/** A text that counts once it has not changed for a moment, or at Enter. */
function TextFilter({ label, value = '', onChange, ...rest }: TextProps) {
  const [text, setText] = useState(value)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => setText(value), [value])
  useEffect(() => () => clearTimeout(timer.current), [])
  const settle = (next: string) => {
    clearTimeout(timer.current)
    if (next.trim() !== value) onChange(next.trim() || undefined)
  }
  return (
    <Input
      {...rest}
      {...(label ? { 'aria-label': label, placeholder: label } : {})}
      value={text}
      onChange={(event) => {
        const next = event.target.value
        setText(next)
        clearTimeout(timer.current)
        timer.current = setTimeout(() => settle(next), PAUSE_MS)
      }}
      onKeyDown={(event) => event.key === 'Enter' && settle(text)}
    />
  )
}
