import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState, type FormEvent } from 'react'
import { api, unwrap, type Shape } from '@/api/client'
import { outdated } from '@/api/stale'
import { asProblem } from '@/api/problem'
import { Button } from '@/components/button'
import { Checkbox, Field, Input } from '@/components/field'
import { ProblemNotice } from '@/components/problem'
import { VerdictNotice } from '@/components/verdict'
import { ClientPicker } from './client-picker'
import { ConfigFields } from './config-fields'
import { Consent } from './consent'
import { configOf, credentialOf, needsConsent, partsOf, type Typed } from './credential'
import { CredentialFields } from './credential-fields'

type Integration = Shape['Integration']
const EMPTY: Typed = { members: {}, headers: [{ name: '', value: '' }] }

/** The credential of one account for one integration; tried before it is saved, if one wants. */
export function ConnectForm({ integration, name: givenName }: { integration: Integration; name?: string }) {
  const { auth } = integration
  const [name, setName] = useState(givenName ?? 'default')
  const [typed, setTyped] = useState(EMPTY)
  const [config, setConfig] = useState<Record<string, string>>({})
  const [tags, setTags] = useState('')
  const [client, setClient] = useState('')
  const [expires, setExpires] = useState('')
  const [brings, setBrings] = useState(false)
  const navigate = useNavigate()
  const queries = useQueryClient()
  const path = { integration: integration.name, connection: name }
  const parts = partsOf(auth, brings)
  const asksForConsent = needsConsent(auth) && !brings
  const settings = { config: configOf(config), tags: tags.split(',').map((tag) => tag.trim()).filter(Boolean) }

  const test = useMutation({
    mutationFn: () =>
      unwrap(api.POST('/connections/{integration}/{connection}/test', { params: { path }, body: { ...credentialOf(auth, typed), config: settings.config } })),
  })
  const save = useMutation({
    mutationFn: () =>
      unwrap(
        api.PUT('/connections/{integration}/{connection}', {
          params: { path },
          body: {
            ...settings,
            ...credentialOf(auth, typed),
            ...(client && { client }),
            ...(expires && { expires_at: new Date(expires).toISOString() }),
          },
        }),
      ),
    onSuccess: () => {
      void outdated(queries, 'connections', 'integrations', 'audit')
      void navigate({ to: '/connections/$integration/$connection', params: path })
    },
  })
  const error = save.error ?? test.error
  const faults = error ? asProblem(error).faults() : new Map<string, string>()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save.mutate()
  }
  const canTest = auth.type !== 'none' && integration.verification !== null && !asksForConsent && (auth.type !== 'oauth2' || brings)
  return (
    <form onSubmit={submit} className="space-y-4">
      <Field label="Name" hint="How apps name this account. The only one, or “default”, need not be named." error={faults.get('/name')}>
        {(control) => (
          <Input {...control} required disabled={Boolean(givenName)} value={name} onChange={(event) => setName(event.target.value)} pattern="[a-z0-9][a-z0-9\-]{0,62}" title="Small letters, digits and hyphens; at most 63." className="max-w-sm font-mono" />
        )}
      </Field>
      {auth.type === 'none' && <p className="text-sm text-muted">This integration sends no credential. A connection holds settings alone.</p>}
      {auth.type === 'oauth2' && <ClientPicker integration={integration} value={client} onChange={setClient} />}
      <CredentialFields auth={auth} parts={parts} typed={typed} onChange={setTyped} faults={faults} />
      <ConfigFields fields={integration.profile.config ?? {}} value={config} onChange={setConfig} faults={faults} />
      {needsConsent(auth) && <Checkbox label="I have tokens already" checked={brings} onChange={(event) => setBrings(event.target.checked)} />}
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Tags" optional hint="Separated by commas." error={faults.get('/tags')}>
          {(control) => <Input {...control} value={tags} onChange={(event) => setTags(event.target.value)} />}
        </Field>
        {auth.type !== 'oauth2' && auth.type !== 'none' && (
          <Field label="The credential ends" optional hint="Waygate warns ahead of it." error={faults.get('/expires_at')}>
            {(control) => <Input {...control} type="date" value={expires} onChange={(event) => setExpires(event.target.value)} />}
          </Field>
        )}
      </div>
      {test.data && <VerdictNotice verdict={test.data} />}
      {error && <ProblemNotice error={error} />}
      {asksForConsent ? (
        <Consent integration={integration} name={name} client={client} settings={settings} />
      ) : (
        <>
          <div className="flex flex-wrap gap-2">
            <Button type="submit" look="primary" needs="connections:write" busy={save.isPending}>
              {auth.type === 'oauth2' && !brings ? 'Connect' : 'Save'}
            </Button>
            {canTest && (
              <Button needs="connections:write" busy={test.isPending} onClick={() => test.mutate()}>
                Test before saving
              </Button>
            )}
          </div>
          <p className="text-xs text-muted">
            {integration.verification
              ? `Tested with ${integration.verification.method ?? 'GET'} ${integration.verification.path}. It becomes active only once that has passed.`
              : auth.type !== 'none' && (
                  <>
                    No call proves a credential here yet:{' '}
                    <Link to="/integrations/$integration/settings" params={{ integration: integration.name }} className="text-accent underline underline-offset-2">
                      name one in the settings
                    </Link>
                    .
                  </>
                )}
          </p>
        </>
      )}
    </form>
  )
}
