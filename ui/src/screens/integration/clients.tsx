import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import { useState } from 'react'
import { api, unwrap, type Shape } from '@/api/client'
import { Button } from '@/components/button'
import { Copyable } from '@/components/copy'
import { Confirm } from '@/components/dialog'
import { Empty } from '@/components/empty'
import { ProblemNotice } from '@/components/problem'
import { Table, type Column } from '@/components/table'
import { Time } from '@/components/time'
import { ClientForm } from '@/screens/new-connection/client-form'

type Client = Shape['OAuthClient']

/** The OAuth clients of an integration; a new secret for one loses no connection. */
export function Clients({ integration }: { integration: Shape['Integration'] }) {
  const [editing, setEditing] = useState<Client | 'new' | null>(null)
  const [deleting, setDeleting] = useState<Client | null>(null)
  const queries = useQueryClient()
  const list = useQuery({
    queryKey: ['clients', integration.name],
    queryFn: () => unwrap(api.GET('/integrations/{integration}/clients', { params: { path: { integration: integration.name } } })),
  })
  const columns: Column<Client>[] = [
    { key: 'name', header: 'Client', cell: (row) => <span className="font-medium">{row.name}</span> },
    { key: 'id', header: 'Client id', cell: (row) => <code className="font-mono text-xs wrap-anywhere">{row.client_id}</code> },
    { key: 'method', header: 'Proves itself by', from: 'lg', cell: (row) => <span className="text-muted">{row.auth_method.replaceAll('_', ' ')}</span> },
    { key: 'changed', header: 'Changed', from: 'md', align: 'right', cell: (row) => <Time at={row.updated_at} /> },
    {
      key: 'do',
      header: <span className="sr-only">Change</span>,
      align: 'right',
      cell: (row) => (
        <span className="inline-flex flex-wrap justify-end gap-1">
          <Button size="small" needs="connections:write" onClick={() => setEditing(row)}>
            New secret
          </Button>
          <Button size="small" look="danger" needs="connections:write" onClick={() => setDeleting(row)} aria-label={`Delete ${row.name}`}>
            Delete
          </Button>
        </span>
      ),
    },
  ]
  return (
    <section aria-labelledby="clients">
      <div className="mb-2 flex flex-wrap items-end gap-3">
        <div className="min-w-0 flex-1">
          <h2 id="clients" className="text-sm font-semibold">
            OAuth clients
          </h2>
          {list.data?.callback_url && (
            <p className="text-xs text-muted">
              Callback URL to register: <Copyable text={list.data.callback_url} label="Copy the callback URL" />
            </p>
          )}
        </div>
        <Button needs="connections:write" onClick={() => setEditing('new')}>
          <Plus aria-hidden className="size-4" />
          Add a client
        </Button>
      </div>
      {list.error ? (
        <ProblemNotice error={list.error} retry={() => void list.refetch()} />
      ) : (
        <Table
          label="OAuth clients"
          columns={columns}
          rows={list.data?.data}
          rowKey={(row) => row.name}
          empty={
            <Empty title="No OAuth client yet">
              Make one at the provider{list.data?.callback_url && ' with the callback URL above'}, then add its id and secret here.
            </Empty>
          }
        />
      )}
      {editing && (
        <ClientForm
          integration={integration.name}
          known={list.data?.data ?? []}
          client={editing === 'new' ? undefined : editing}
          onClose={() => setEditing(null)}
        />
      )}
      <Confirm
        open={deleting !== null}
        onOpenChange={(open) => !open && setDeleting(null)}
        title={`Delete the client ${deleting?.name ?? ''}?`}
        verb="Delete the client"
        onConfirm={async () => {
          if (!deleting) return
          await unwrap(api.DELETE('/integrations/{integration}/clients/{client}', { params: { path: { integration: integration.name, client: deleting.name } } }))
          await queries.invalidateQueries({ queryKey: ['clients'] })
        }}
      >
        Connections that belong to it cannot be refreshed any more. That cannot be undone.
      </Confirm>
    </section>
  )
}
