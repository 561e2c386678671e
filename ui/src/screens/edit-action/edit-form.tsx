import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState, type FormEvent } from 'react'
import { api, unwrap } from '@/api/client'
import { etagOf } from '@/api/etag'
import { asProblem } from '@/api/problem'
import { outdated } from '@/api/stale'
import { Button } from '@/components/button'
import { Checkbox, Field, Input, Select, Textarea } from '@/components/field'
import { Group } from '@/components/group'
import { ProblemNotice } from '@/components/problem'
import { Document } from './document'
import { brokenIn, changeOf, fieldsOf, type Action, type Change, type Document as DocumentName, type Fields } from './fields'

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'].map((method) => [method, method] as const)
const BEHAVIOURS = [
  ['read', 'read: changes nothing'],
  ['create', 'create: makes something'],
  ['update', 'update: changes something'],
  ['delete', 'delete: removes something'],
] as const
const AUTH = [
  ['required', 'required'],
  ['optional', 'optional: where there is one'],
  ['none', 'none: never sent'],
] as const
const OUTPUT = [
  ['', 'as the integration says'],
  ['off', 'off: answers are not checked'],
  ['warn', 'warn: what does not fit is said'],
  ['strict', 'strict: what does not fit is an error'],
] as const

type Text = 'title' | 'summary' | 'tags' | 'path' | 'server' | 'idempotency_header' | 'body_media_type'

/** Edits an action; only what differs is sent, and nothing is overwritten that somebody else has changed since. */
export function EditForm({ action }: { action: Action }) {
  const { integration, name } = action
  const [fields, setFields] = useState<Fields>(() => fieldsOf(action))
  const [isTried, setTried] = useState(false)
  const queries = useQueryClient()
  const navigate = useNavigate()
  const save = useMutation({
    mutationFn: (change: Change) => {
      const params = { path: { integration, action: name }, header: { 'If-Match': etagOf(action) } }
      return 'patch' in change
        ? unwrap(api.PATCH('/actions/{integration}/{action}', { params, body: change.patch }))
        : unwrap(api.PUT('/actions/{integration}/{action}', { params, body: change.whole }))
    },
    onSuccess: () => {
      void navigate({ to: '/integrations/$integration/actions/$action', params: { integration, action: name } })
      void outdated(queries, 'actions', 'tags')
    },
  })
  const broken = brokenIn(fields)
  const change = broken.size ? null : changeOf(action, fields)
  const submit = (event?: FormEvent) => {
    event?.preventDefault()
    setTried(true)
    if (change) save.mutate(change)
  }
  const faults = save.error ? asProblem(save.error).faults() : new Map<string, string>()
  const set = (part: Partial<Fields>) => setFields((now) => ({ ...now, ...part }))
  const text = (field: Text, label: string, hint?: string, isCode?: boolean) => (
    <Field label={label} hint={hint} error={faults.get(`/${field}`)}>
      {(control) => <Input {...control} value={fields[field]} onChange={(event) => set({ [field]: event.target.value })} className={isCode ? 'font-mono' : undefined} />}
    </Field>
  )
  const choice = <F extends 'method' | 'behaviour' | 'auth' | 'output'>(field: F, label: string, options: readonly (readonly [string, string])[], hint?: string) => (
    <Field label={label} hint={hint} error={faults.get(`/${field}`)}>
      {(control) => (
        <Select {...control} value={fields[field]} onChange={(event) => set({ [field]: event.target.value })}>
          {options.map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </Select>
      )}
    </Field>
  )
  const document = (field: DocumentName, label: string, hint: string) => (
    <Document
      label={label}
      hint={hint}
      value={fields[field]}
      onChange={(value) => set({ [field]: value })}
      faults={isTried && broken.has(field) ? new Map([['', broken.get(field)!]]) : within(faults, field)}
      onSubmit={submit}
    />
  )
  return (
    <form onSubmit={submit} className="space-y-6">
      <Group title="What it is">
        {text('title', 'Title')}
        {text('summary', 'Summary')}
        <Field label="Description" error={faults.get('/description')} className="sm:col-span-2">
          {(control) => <Textarea {...control} rows={4} value={fields.description} onChange={(event) => set({ description: event.target.value })} />}
        </Field>
        {choice('behaviour', 'Behaviour', BEHAVIOURS, 'What a repeat may do: only reads are repeated freely.')}
        {text('tags', 'Tags', 'Separated by spaces.')}
        <Checkbox label="Deprecated: it is marked, and can be called" checked={fields.deprecated} onChange={(event) => set({ deprecated: event.target.checked })} />
      </Group>
      <Group title="The request">
        {choice('method', 'Method', METHODS)}
        {text('path', 'Path', '{names} are filled from inputs that are bound to the path.', true)}
        {text('server', 'Server', 'Instead of the integration’s base URL: on its origin or a further host.', true)}
        {text('body_media_type', 'Media type of the body', 'Empty: it has none.', true)}
        {choice('auth', 'Credential', AUTH)}
        {text('idempotency_header', 'Idempotency header', 'Of the upstream: makes a repeat of a write safe.', true)}
      </Group>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-6 xl:grid-cols-2">
        <Group title="Inputs" wide>
          {document('input_schema', 'Input schema', 'JSON Schema 2020-12. Each of its properties needs a binding.')}
        </Group>
        <Group title="Where they go" wide>
          {document('bindings', 'Bindings', 'By property: {"in": "path", "query", "header", "cookie" or "body", "name": what the upstream calls it}.')}
          {document('constants', 'Constants', 'Sent with every call, and not asked for: [{"in": "header", "name": …, "value": …}].')}
        </Group>
      </div>
      <Group title="The answer" wide>
        {document('output_schema', 'Output schema', 'JSON Schema 2020-12. Empty: it is not known.')}
        <div className="max-w-sm">{choice('output', 'Checking of answers', OUTPUT)}</div>
      </Group>
      {save.error && <ProblemNotice error={save.error} />}
      {isTried && broken.size > 0 && (
        <p role="alert" className="text-sm text-bad">
          Not saved: {[...broken.keys()].map((field) => field.replace('_', ' ')).join(' and ')} cannot be read as JSON.
        </p>
      )}
      <div className="flex items-center gap-3">
        <Button type="submit" look="primary" needs="registry:write" busy={save.isPending} disabled={!change && !broken.size}>
          Save
        </Button>
        <Button asChild>
          <Link to="/integrations/$integration/actions/$action" params={{ integration, action: name }}>
            Cancel
          </Link>
        </Button>
        {change && 'whole' in change && <p className="text-xs text-muted">Saved with definitions of its own, apart from those that the integration’s actions share.</p>}
      </div>
    </form>
  )
}

/** The faults below one member, by pointers that begin there. */
function within(faults: ReadonlyMap<string, string>, member: string): ReadonlyMap<string, string> {
  const start = `/${member}`
  const inside = [...faults].filter(([pointer]) => pointer === start || pointer.startsWith(`${start}/`))
  return new Map(inside.map(([pointer, detail]) => [pointer.slice(start.length), detail]))
}
