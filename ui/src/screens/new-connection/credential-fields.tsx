import { Plus, X } from 'lucide-react'
import type { Shape } from '@/api/client'
import { Button } from '@/components/button'
import { Field, Input } from '@/components/field'
import type { Part, Typed } from './credential'

type Props = {
  auth: Shape['AuthScheme']
  parts: readonly Part[]
  typed: Typed
  onChange: (typed: Typed) => void
  faults: Map<string, string>
}

/** The secret itself: written here, and never read back. */
export function CredentialFields({ auth, parts, typed, onChange, faults }: Props) {
  if (auth.type === 'custom_headers') return <Headers auth={auth} typed={typed} onChange={onChange} faults={faults} />
  if (!parts.length) return null
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      {parts.map(({ member, label, hint, isSecret, isOptional }) => (
        <Field key={member} label={label} hint={hint} optional={isOptional} error={faults.get(`/${member}`)} className={parts.length === 1 ? 'sm:col-span-2' : undefined}>
          {(control) => (
            <Input
              {...control}
              type={isSecret ? 'password' : 'text'}
              autoComplete="off"
              data-1p-ignore
              required={!isOptional}
              value={typed.members[member] ?? ''}
              onChange={(event) => onChange({ ...typed, members: { ...typed.members, [member]: event.target.value } })}
              className="font-mono"
            />
          )}
        </Field>
      ))}
    </div>
  )
}

function Headers({ auth, typed, onChange, faults }: Omit<Props, 'parts'>) {
  const rows = typed.headers
  const change = (index: number, part: Partial<(typeof rows)[number]>) =>
    onChange({ ...typed, headers: rows.map((row, at) => (at === index ? { ...row, ...part } : row)) })
  return (
    <fieldset className="space-y-2">
      <legend className="mb-1 text-sm font-medium">Secret headers</legend>
      {auth.name && <p className="text-xs text-muted">The integration needs {auth.name}.</p>}
      {rows.map((row, index) => (
        <div key={index} className="flex items-start gap-2">
          <Input aria-label={`Name of header ${index + 1}`} placeholder="X-App-Id" value={row.name} onChange={(event) => change(index, { name: event.target.value })} className="font-mono" />
          <Input
            aria-label={`Value of header ${index + 1}`}
            type="password"
            value={row.value}
            aria-invalid={faults.has(`/headers/${row.name}`) || undefined}
            onChange={(event) => change(index, { value: event.target.value })}
            className="font-mono"
          />
          <Button look="quiet" size="icon" aria-label={`Remove header ${index + 1}`} onClick={() => onChange({ ...typed, headers: rows.filter((_, at) => at !== index) })}>
            <X aria-hidden className="size-4" />
          </Button>
        </div>
      ))}
      <Button size="small" onClick={() => onChange({ ...typed, headers: [...rows, { name: '', value: '' }] })}>
        <Plus aria-hidden className="size-3.5" />
        Another header
      </Button>
    </fieldset>
  )
}
