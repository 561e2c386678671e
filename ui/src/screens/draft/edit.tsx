import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { asProblem } from '@/api/problem'
import { readJson } from '@/api/read-json'
import { Button } from '@/components/button'
import { Field, Input, Select, Textarea } from '@/components/field'
import { ProblemNotice } from '@/components/problem'
import { editsOf, fieldsOf, type Fields } from './edits'
import { decide, type Whole } from './queries'

const BEHAVIOURS = ['read', 'create', 'update', 'delete'] as const

/** Edits a draft action in its place. Only what differs is sent; an edit survives the next import. */
export function Edit({ job, action, onDone }: { job: string; action: Whole; onDone: () => void }) {
  const [fields, setFields] = useState<Fields>(() => fieldsOf(action))
  const queries = useQueryClient()
  const save = useMutation({
    mutationFn: () => decide(job, action.name, { edits: editsOf(action, fields) }),
    onSuccess: (whole) => {
      queries.setQueryData(['drafts', job, 'action', whole.name], whole)
      void queries.invalidateQueries({ queryKey: ['drafts', job, 'actions'] })
      onDone()
    },
  })
  const faults = save.error ? asProblem(save.error).faults() : new Map<string, string>()
  const change = (part: Partial<Fields>) => setFields((now) => ({ ...now, ...part }))
  const broken = { input_schema: readJson(fields.input_schema).fault, output_schema: readJson(fields.output_schema).fault }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!broken.input_schema && !broken.output_schema) save.mutate()
  }
  const text = (name: 'title' | 'summary' | 'idempotency_header', label: string) => (
    <Field label={label} error={faults.get(`/${name}`)}>
      {(control) => <Input {...control} value={fields[name]} onChange={(event) => change({ [name]: event.target.value })} />}
    </Field>
  )
  const json = (name: 'input_schema' | 'output_schema', label: string) => (
    <Field label={label} error={broken[name] ?? faults.get(`/${name}`)} hint="JSON Schema 2020-12. Empty: none.">
      {(control) => <Textarea {...control} rows={12} value={fields[name]} onChange={(event) => change({ [name]: event.target.value })} className="font-mono text-xs!" />}
    </Field>
  )
  return (
    <form onSubmit={submit} className="space-y-4">
      <div className="grid gap-4 sm:grid-cols-2">
        {text('title', 'Title')}
        <Field label="Behaviour" hint="What a retry may do, and whether it runs in a read-only place.">
          {(control) => (
            <Select {...control} value={fields.behaviour} onChange={(event) => change({ behaviour: event.target.value as Fields['behaviour'] })}>
              {BEHAVIOURS.map((one) => (
                <option key={one}>{one}</option>
              ))}
            </Select>
          )}
        </Field>
        {text('summary', 'Summary')}
        {text('idempotency_header', 'Idempotency header')}
      </div>
      <Field label="Description" error={faults.get('/description')}>
        {(control) => <Textarea {...control} rows={4} value={fields.description} onChange={(event) => change({ description: event.target.value })} />}
      </Field>
      {json('input_schema', 'Input schema')}
      {json('output_schema', 'Output schema')}
      {save.error && <ProblemNotice error={save.error} />}
      <div className="flex gap-2">
        <Button type="submit" look="primary" needs="registry:write" busy={save.isPending}>
          Save
        </Button>
        <Button onClick={onDone}>Discard</Button>
      </div>
    </form>
  )
}
