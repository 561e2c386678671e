import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, unwrap, type Shape } from '@/api/client'
import { asProblem } from '@/api/problem'
import { Button } from '@/components/button'
import { Dialog } from '@/components/dialog'
import { Field, Input, Select, Textarea } from '@/components/field'
import { ProblemNotice } from '@/components/problem'

type Method = NonNullable<Shape['NewClient']['auth_method']>

const METHODS: readonly { method: Method; label: string }[] = [
  { method: 'client_secret_basic', label: 'Secret, in the Basic header' },
  { method: 'client_secret_post', label: 'Secret, in the body' },
  { method: 'private_key_jwt', label: 'A signed assertion (private key)' },
  { method: 'none', label: 'No secret (public client, PKCE)' },
]

type Props = { integration: string; known: readonly Shape['OAuthClient'][]; client?: Shape['OAuthClient']; onClose: (name?: string) => void }

/** An OAuth client of the integration, or a new secret for one: its connections stay connected. */
export function ClientForm({ integration, known, client, onClose }: Props) {
  const [name, setName] = useState(client?.name ?? (known.length ? '' : 'default'))
  const [clientId, setClientId] = useState(client?.client_id ?? '')
  const [method, setMethod] = useState<Method>(client?.auth_method ?? 'client_secret_basic')
  const [secret, setSecret] = useState('')
  const queries = useQueryClient()
  const save = useMutation({
    mutationFn: () =>
      unwrap(
        api.PUT('/integrations/{integration}/clients/{client}', {
          params: { path: { integration, client: name } },
          body: {
            client_id: clientId.trim(),
            auth_method: method,
            ...(method === 'private_key_jwt' ? { private_key: secret } : method !== 'none' && { client_secret: secret }),
          },
        }),
      ),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['clients'] })
      onClose(name)
    },
  })
  const faults = save.error ? asProblem(save.error).faults() : new Map<string, string>()
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={client ? `New secret of ${client.name}` : 'Add an OAuth client'} description="Its secret is sealed, and never shown again.">
      <div className="space-y-4">
        <Field label="Name" hint="Connections remember which client they belong to." error={faults.get('/name')}>
          {(control) => <Input {...control} disabled={Boolean(client)} value={name} onChange={(event) => setName(event.target.value)} className="font-mono" />}
        </Field>
        <Field label="Client id" error={faults.get('/client_id')}>
          {(control) => <Input {...control} value={clientId} onChange={(event) => setClientId(event.target.value)} className="font-mono" />}
        </Field>
        <Field label="It proves itself by" error={faults.get('/auth_method')}>
          {(control) => (
            <Select {...control} value={method} onChange={(event) => setMethod(event.target.value as Method)}>
              {METHODS.map((each) => (
                <option key={each.method} value={each.method}>
                  {each.label}
                </option>
              ))}
            </Select>
          )}
        </Field>
        {method === 'private_key_jwt' ? (
          <Field label="Private key" hint="PEM, or a JWK." error={faults.get('/private_key')}>
            {(control) => <Textarea {...control} rows={6} value={secret} onChange={(event) => setSecret(event.target.value)} className="font-mono text-xs!" />}
          </Field>
        ) : (
          method !== 'none' && (
            <Field label="Client secret" error={faults.get('/client_secret')}>
              {(control) => <Input {...control} type="password" value={secret} onChange={(event) => setSecret(event.target.value)} className="font-mono" />}
            </Field>
          )
        )}
        {save.error && <ProblemNotice error={save.error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={() => onClose()}>Cancel</Button>
          <Button look="primary" needs="connections:write" busy={save.isPending} disabled={!name || !clientId} onClick={() => save.mutate()}>
            Save the client
          </Button>
        </div>
      </div>
    </Dialog>
  )
}
