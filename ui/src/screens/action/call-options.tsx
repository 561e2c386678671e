import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Dices } from 'lucide-react'
import type { Shape } from '@/api/client'
import { connectionsQuery } from '@/api/queries'
import { Button } from '@/components/button'
import { Field, Input, Select } from '@/components/field'
import { ProblemNotice } from '@/components/problem'
import type { PanelHandle } from './panel'

const STATUS: Record<Shape['Connection']['status'], string> = {
  active: '',
  pending: ' — not verified yet',
  needs_reauth: ' — needs to reconnect',
  error: ' — its test failed',
  disabled: ' — disabled',
}

/** With which connection a call is made, within how long, and under which idempotency key. */
export function CallOptions({ action, handle }: { action: Shape['Action']; handle: PanelHandle }) {
  const { panel, choose } = handle
  const isWrite = action.behaviour !== 'read'
  const { timeout, idempotencyKey } = panel.options
  return (
    <div className="space-y-3">
      {action.auth !== 'none' && <ConnectionField action={action} handle={handle} />}
      <details open={timeout || idempotencyKey ? true : undefined}>
        <summary className="rounded text-sm text-muted hover:text-text">More options</summary>
        <div className="mt-3 grid gap-3 sm:grid-cols-2">
          <Field label="Time-out" optional hint="Seconds for the whole call, waits and repeats included.">
            {(control) => (
              <Input {...control} inputMode="decimal" placeholder="25" value={timeout ?? ''} onChange={(event) => choose({ timeout: event.target.value || undefined })} />
            )}
          </Field>
          {isWrite && (
            <Field label="Idempotency key" optional hint="The same key and input within 24 h get the same answer, and are run once.">
              {(control) => (
                <div className="flex gap-1">
                  <Input {...control} className="font-mono text-xs!" value={idempotencyKey ?? ''} onChange={(event) => choose({ idempotencyKey: event.target.value || undefined })} />
                  <Button size="icon" aria-label="Make an idempotency key" onClick={() => choose({ idempotencyKey: crypto.randomUUID() })}>
                    <Dices aria-hidden className="size-4" />
                  </Button>
                </div>
              )}
            </Field>
          )}
        </div>
      </details>
    </div>
  )
}

function ConnectionField({ action, handle }: { action: Shape['Action']; handle: PanelHandle }) {
  const { integration } = action
  const connections = useQuery(connectionsQuery(integration))
  const rows = connections.data?.data
  const chosen = handle.panel.options.connection
  if (connections.error) return <ProblemNotice error={connections.error} retry={() => void connections.refetch()} />
  if (rows?.length === 0) {
    return (
      <p className="text-sm">
        {action.auth === 'optional' ? 'No connection: it is called without a credential. ' : 'There is no connection to call it with. '}
        <Link to="/connections/new" search={{ integration }} className="text-accent underline underline-offset-2">
          Connect an account
        </Link>
      </p>
    )
  }
  const automatic = rows?.length === 1 ? rows[0]?.name : rows?.find(({ name }) => name === 'default')?.name
  return (
    <Field label="Connection">
      {(control) => (
        <Select {...control} value={chosen ?? automatic ?? ''} disabled={!rows} onChange={(event) => handle.choose({ connection: event.target.value || undefined })}>
          {!rows && <option value="">Loading …</option>}
          {rows && !automatic && !chosen && <option value="">Choose one of {rows.length}</option>}
          {chosen && rows && !rows.some(({ name }) => name === chosen) && <option value={chosen}>{chosen} — not there</option>}
          {rows?.map(({ name, status }) => (
            <option key={name} value={name}>
              {name}
              {STATUS[status]}
            </option>
          ))}
        </Select>
      )}
    </Field>
  )
}
