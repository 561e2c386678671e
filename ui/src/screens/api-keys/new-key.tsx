import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { api, unwrap, type Shape } from '@/api/client'
import { integrationChoicesQuery } from '@/api/queries'
import { asProblem } from '@/api/problem'
import { Button } from '@/components/button'
import { CopyButton } from '@/components/copy'
import { Dialog } from '@/components/dialog'
import { Checkbox, Field, Input, Select } from '@/components/field'
import { ProblemNotice } from '@/components/problem'
import { endOf, LIVES, SCOPES } from './scopes'

type Draft = { name: string; scopes: string[]; integrations: string[]; days: number | null; perSecond: string }

const BEGIN: Draft = { name: '', scopes: ['invoke'], integrations: [], days: 90, perSecond: '' }

/** Makes a key; its secret is shown here, once. */
export function NewKey({ onClose }: { onClose: () => void }) {
  const [draft, setDraft] = useState(BEGIN)
  const queries = useQueryClient()
  const create = useMutation({
    mutationFn: () => unwrap(api.POST('/api-keys', { body: bodyOf(draft, Date.now()) })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['api-keys'] }),
  })
  if (create.data) return <Created made={create.data} onClose={onClose} />
  const faults = create.error ? asProblem(create.error).faults() : new Map<string, string>()
  const change = (part: Partial<Draft>) => setDraft((now) => ({ ...now, ...part }))
  const toggle = (list: string[], value: string) => (list.includes(value) ? list.filter((one) => one !== value) : [...list, value])
  const submit = (event: FormEvent) => {
    event.preventDefault()
    create.mutate()
  }
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title="Create an API key" description="One for each app, with no more than it needs.">
      <form onSubmit={submit} className="space-y-4">
        <Field label="Name" hint="What the key is for." error={faults.get('/name')}>
          {(control) => <Input {...control} required maxLength={100} value={draft.name} onChange={(event) => change({ name: event.target.value })} placeholder="checkout service" />}
        </Field>
        <fieldset>
          <legend className="mb-1 text-sm font-medium">It may</legend>
          <div className="space-y-1.5">
            {SCOPES.map(({ scope, label, what }) => (
              <div key={scope}>
                <Checkbox
                  label={<span className="font-medium">{label}</span>}
                  checked={draft.scopes.includes(scope)}
                  onChange={() => change({ scopes: toggle(draft.scopes, scope) })}
                  aria-describedby={`scope-${scope}`}
                />
                <p id={`scope-${scope}`} className="pl-6 text-xs text-muted">
                  {what}
                </p>
              </div>
            ))}
          </div>
          {faults.get('/scopes') && (
            <p role="alert" className="mt-1 text-xs text-bad">
              {faults.get('/scopes')}
            </p>
          )}
        </fieldset>
        <Integrations chosen={draft.integrations} onToggle={(name) => change({ integrations: toggle(draft.integrations, name) })} />
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label="Good for">
            {(control) => (
              <Select {...control} value={String(draft.days)} onChange={(event) => change({ days: event.target.value === 'null' ? null : Number(event.target.value) })}>
                {LIVES.map(({ label, days }) => (
                  <option key={label} value={String(days)}>
                    {label}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <Field label="Calls per second" optional hint="Else the workspace’s limit alone." error={faults.get('/limits/per_second')}>
            {(control) => <Input {...control} inputMode="decimal" value={draft.perSecond} onChange={(event) => change({ perSecond: event.target.value })} />}
          </Field>
        </div>
        {create.error && <ProblemNotice error={create.error} hideFaults={faults.size > 0} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" busy={create.isPending} disabled={!draft.name.trim() || !draft.scopes.length}>
            Create the key
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

function Integrations({ chosen, onToggle }: { chosen: string[]; onToggle: (name: string) => void }) {
  const { data } = useQuery(integrationChoicesQuery())
  if (!data?.length) return null
  return (
    <fieldset>
      <legend className="text-sm font-medium">For these integrations</legend>
      <p className="mb-1 text-xs text-muted">None ticked: for all, those to come included.</p>
      <div className="flex max-h-32 flex-wrap gap-x-4 overflow-y-auto">
        {data.map(({ name }) => (
          <Checkbox key={name} label={name} checked={chosen.includes(name)} onChange={() => onToggle(name)} />
        ))}
      </div>
    </fieldset>
  )
}

function Created({ made, onClose }: { made: Shape['CreatedApiKey']; onClose: () => void }) {
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={`The key of ${made.name}`} description="This is the only time that it is shown. Copy it to where the app keeps its secrets.">
      <div className="space-y-4">
        <div className="flex items-center gap-2 rounded-md border border-line bg-sunk p-3">
          <code className="min-w-0 flex-1 font-mono text-xs break-all select-all">{made.key}</code>
          <CopyButton text={made.key} label="Copy the key" />
        </div>
        <div className="flex justify-end">
          <Button look="primary" onClick={onClose}>
            I have copied it
          </Button>
        </div>
      </div>
    </Dialog>
  )
}

function bodyOf(draft: Draft, now: number): Shape['NewKey'] {
  return {
    name: draft.name.trim(),
    scopes: SCOPES.map(({ scope }) => scope).filter((scope) => draft.scopes.includes(scope)),
    integrations: draft.integrations.length ? draft.integrations : null,
    expires_at: endOf(draft.days, now),
    limits: draft.perSecond.trim() ? { per_second: Number(draft.perSecond) } : null,
  }
}
