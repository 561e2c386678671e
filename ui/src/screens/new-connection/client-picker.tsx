import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, unwrap, type Shape } from '@/api/client'
import { Button } from '@/components/button'
import { Copyable } from '@/components/copy'
import { Facts } from '@/components/facts'
import { Field, Select } from '@/components/field'
import { ProblemNotice } from '@/components/problem'
import { Chip } from '@/components/state'
import { ClientForm } from './client-form'

type Props = { integration: Shape['Integration']; value: string; onChange: (client: string) => void }

/** Which OAuth client asks: with the address to register for it, and the scopes that will be asked for. */
export function ClientPicker({ integration, value, onChange }: Props) {
  const [isAdding, setAdding] = useState(false)
  const clients = useQuery({
    queryKey: ['clients', integration.name],
    queryFn: () => unwrap(api.GET('/integrations/{integration}/clients', { params: { path: { integration: integration.name } } })),
  })
  const { auth } = integration
  const known = clients.data?.data ?? []
  const callback = clients.data?.callback_url ?? integration.callback_url
  const usesCallback = (auth.grant ?? 'authorization_code') === 'authorization_code'
  return (
    <section aria-label="OAuth client" className="panel space-y-3 p-4">
      {clients.error && <ProblemNotice error={clients.error} retry={() => void clients.refetch()} />}
      <Facts
        items={[
          [
            'Callback URL',
            !usesCallback ? null : callback ? (
                <div key="url">
                  <Copyable text={callback} label="Copy the callback URL" />
                  <p className="text-xs text-muted">Register it with the provider, exactly so.</p>
                </div>
              ) : (
                <span className="text-warn">not known before the deployment has its public address</span>
              ),
          ],
          [
            'Scopes',
            auth.scopes?.length ? (
              <span key="scopes" className="flex flex-wrap gap-1">
                {auth.scopes.map((scope) => (
                  <Chip key={scope}>{scope}</Chip>
                ))}
              </span>
            ) : (
              'none are asked for'
            ),
          ],
        ]}
      />
      {clients.data && !known.length && !isAdding && <p className="text-sm">There is no OAuth client yet: make one at the provider, then add its id and secret here.</p>}
      <div className="flex flex-wrap items-end gap-2">
        {known.length > 0 && (
          <Field label="Client" className="flex-1">
            {(control) => (
              <Select {...control} value={value || (known.find(({ name }) => name === 'default')?.name ?? known[0]?.name)} onChange={(event) => onChange(event.target.value)}>
                {known.map(({ name, client_id }) => (
                  <option key={name} value={name}>
                    {name} ({client_id})
                  </option>
                ))}
              </Select>
            )}
          </Field>
        )}
        {clients.data && (
          <Button needs="connections:write" onClick={() => setAdding(true)}>
            Add a client
          </Button>
        )}
      </div>
      {isAdding && (
        <ClientForm
          integration={integration.name}
          known={known}
          onClose={(name) => {
            setAdding(false)
            if (name) onChange(name)
          }}
        />
      )}
    </section>
  )
}
