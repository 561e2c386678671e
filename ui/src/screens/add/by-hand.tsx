import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState, type FormEvent } from 'react'
import { api, unwrap, type Shape } from '@/api/client'
import { asProblem } from '@/api/problem'
import { AuthFields } from '@/components/auth-fields'
import { Button } from '@/components/button'
import { Field, Input } from '@/components/field'
import { ProblemNotice } from '@/components/problem'
import { actionOf, nameOfAction, type Operation } from './first-action'
import { OperationFields } from './operation-fields'

/** An integration without documentation: where it is, how calls authenticate, and its first action. */
export function ByHand() {
  const [name, setName] = useState('')
  const [title, setTitle] = useState('')
  const [baseUrl, setBaseUrl] = useState('')
  const [auth, setAuth] = useState<Shape['AuthScheme']>({ type: 'none' })
  const [operation, setOperation] = useState<Operation>({ method: 'GET', path: '' })
  const navigate = useNavigate()
  const queries = useQueryClient()
  const create = useMutation({
    mutationFn: async () => {
      const integration = await unwrap(api.POST('/integrations', { body: { name, title: title || name, base_url: baseUrl.trim(), auth } }))
      if (!operation.path.trim()) return { integration: integration.name, action: null }
      const action = nameOfAction(operation)
      await unwrap(api.PUT('/actions/{integration}/{action}', { params: { path: { integration: name, action } }, body: actionOf(operation) }))
      return { integration: integration.name, action }
    },
    onSuccess: ({ integration, action }) => {
      if (action) void navigate({ to: '/integrations/$integration/actions/$action', params: { integration, action } })
      else void navigate({ to: '/integrations/$integration', params: { integration } })
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['integrations'] }),
  })
  const faults = create.error ? asProblem(create.error).faults() : new Map<string, string>()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    create.mutate()
  }
  return (
    <form onSubmit={submit} className="space-y-4">
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Name" hint="Apps call its actions under this name." error={faults.get('/name')}>
          {(control) => (
            <Input {...control} required autoFocus pattern="[a-z0-9][a-z0-9\-]{0,62}" title="Small letters, digits and hyphens; at most 63." value={name} onChange={(event) => setName(event.target.value)} className="font-mono" />
          )}
        </Field>
        <Field label="Title" optional error={faults.get('/title')}>
          {(control) => <Input {...control} value={title} onChange={(event) => setTitle(event.target.value)} />}
        </Field>
      </div>
      <Field label="Base URL" error={faults.get('/base_url')}>
        {(control) => <Input {...control} type="url" required value={baseUrl} onChange={(event) => setBaseUrl(event.target.value)} placeholder="https://api.example.com/v1" />}
      </Field>
      <AuthFields value={auth} onChange={setAuth} fault={(pointer) => faults.get(`/auth${pointer}`)} />
      <fieldset className="panel p-4">
        <legend className="px-1 text-sm font-medium">First action</legend>
        <OperationFields value={operation} onChange={setOperation} optional hint="{names} become inputs; the rest is written on the action’s own page." fault={faults.get('/path')} />
      </fieldset>
      {create.error && <ProblemNotice error={create.error} />}
      <Button type="submit" look="primary" needs="registry:write" busy={create.isPending}>
        Add {name || 'it'}
      </Button>
    </form>
  )
}
