import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { api, unwrap, type Shape } from '@/api/client'
import { etagOf } from '@/api/etag'
import { outdated } from '@/api/stale'
import { asProblem } from '@/api/problem'
import { readJson } from '@/api/read-json'
import { AuthFields } from '@/components/auth-fields'
import { Button } from '@/components/button'
import { Checkbox, Field, Input, Select, Textarea } from '@/components/field'
import { Group } from '@/components/group'
import { ProblemNotice } from '@/components/problem'
import { fieldsOf, losesConnections, patchOf, type Fields } from './settings-fields'

const OUTPUT = { off: 'off: answers are not checked', warn: 'warn: what does not fit is said', strict: 'strict: what does not fit is an error' }
const RECORD = { metadata: 'metadata: no bodies', full: 'full: bodies too, sealed, for 7 days', none: 'none: metrics alone' }

/** Edits an integration; only what differs is sent, and nothing is overwritten that somebody else has changed since. */
export function SettingsForm({ stored }: { stored: Shape['Integration'] }) {
  const [integration, setIntegration] = useState(stored) // what was last read and saved here
  const [fields, setFields] = useState<Fields>(() => fieldsOf(integration))
  const queries = useQueryClient()
  const save = useMutation({
    mutationFn: () =>
      unwrap(
        api.PATCH('/integrations/{integration}', {
          params: { path: { integration: integration.name }, header: { 'If-Match': etagOf(integration) } },
          body: patchOf(integration, fields),
        }),
      ),
    onSuccess: (saved) => {
      setIntegration(saved)
      setFields(fieldsOf(saved))
      void outdated(queries, 'integrations', 'connections')
    },
  })
  const faults = save.error ? asProblem(save.error).faults() : new Map<string, string>()
  const change = (part: Partial<Fields>) => setFields((now) => ({ ...now, ...part }))
  const profileFault = readJson(fields.profile).fault
  const isChanged = Object.keys(profileFault ? { broken: true } : patchOf(integration, fields)).length > 0
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!profileFault) save.mutate()
  }
  type Text = 'title' | 'base_url' | 'hosts' | 'tags' | 'verify_path' | 'verify_status' | 'timeout_s' | 'per_second'
  const text = (name: Text, label: string, pointer: string, hint?: string) => (
    <Field label={label} hint={hint} error={faults.get(pointer)}>
      {(control) => <Input {...control} value={fields[name]} onChange={(event) => change({ [name]: event.target.value })} />}
    </Field>
  )
  return (
    <form onSubmit={submit} className="space-y-6">
      <Group title="Address">
        {text('title', 'Title', '/title')}
        {text('base_url', 'Base URL', '/base_url')}
        {text('hosts', 'Further hosts', '/hosts', 'Origins that calls may reach too, such as one for uploads. Separated by spaces.')}
        {text('tags', 'Tags', '/tags', 'Separated by spaces.')}
        <Checkbox label="Enabled: calls are accepted" checked={fields.enabled} onChange={(event) => change({ enabled: event.target.checked })} />
      </Group>
      <Group title="Credential" wide>
        <AuthFields value={fields.auth} onChange={(auth) => change({ auth })} fault={(pointer) => faults.get(`/auth${pointer}`)} />
      </Group>
      <Group title="Verification call">
        {text('verify_path', 'Path', '/verification/path', 'Proves a credential, such as /me. Empty: connections are not tried.')}
        <div className="grid grid-cols-2 gap-4">
          <Field label="Method">
            {(control) => (
              <Select {...control} value={fields.verify_method} onChange={(event) => change({ verify_method: event.target.value as Fields['verify_method'] })}>
                {['GET', 'HEAD', 'POST'].map((one) => (
                  <option key={one}>{one}</option>
                ))}
              </Select>
            )}
          </Field>
          {text('verify_status', 'Expected status', '/verification/expect_status')}
        </div>
      </Group>
      <Group title="Policy">
        {text('timeout_s', 'Time-out of a call, in seconds', '/policy/timeout_s')}
        {text('per_second', 'Calls per second', '/policy/limits/per_second', 'Of all keys together. Empty: the workspace’s limit.')}
        <Field label="Checking of answers">
          {(control) => (
            <Select {...control} value={fields.output} onChange={(event) => change({ output: event.target.value as Fields['output'] })}>
              {Object.entries(OUTPUT).map(([value, label]) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label="Recording of calls">
          {(control) => (
            <Select {...control} value={fields.record} onChange={(event) => change({ record: event.target.value as Fields['record'] })}>
              {Object.entries(RECORD).map(([value, label]) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
            </Select>
          )}
        </Field>
      </Group>
      <Group title="Profile" wide>
        <Field label="Quirks of this API, as data" hint="Rate limits, meanings of answers, constants, fields of the config: docs/profile.md." error={profileFault ?? faults.get('/profile')}>
          {(control) => <Textarea {...control} rows={12} value={fields.profile} onChange={(event) => change({ profile: event.target.value })} className="font-mono text-xs!" />}
        </Field>
      </Group>
      {losesConnections(integration, fields) && (
        <p role="status" className="rounded-md border border-warn/40 p-3 text-sm">
          Credentials are bound to where they may travel: after this change, its {integration.connections === 1 ? 'connection needs' : 'connections need'} to be connected again.
        </p>
      )}
      {save.error && <ProblemNotice error={save.error} />}
      <div className="flex items-center gap-3">
        <Button type="submit" look="primary" needs="registry:write" busy={save.isPending} disabled={!isChanged}>
          Save
        </Button>
        {isChanged && (
          <Button onClick={() => setFields(fieldsOf(integration))}>Discard</Button>
        )}
        {save.isSuccess && !isChanged && (
          <span role="status" className="text-sm text-ok">
            Saved
          </span>
        )}
      </div>
    </form>
  )
}
