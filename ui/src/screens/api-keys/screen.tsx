import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import { useState } from 'react'
import { api, unwrap, type Shape } from '@/api/client'
import { pagesOf, usePages } from '@/api/pages'
import { meQuery } from '@/api/queries'
import { Button } from '@/components/button'
import { Confirm } from '@/components/dialog'
import { Empty } from '@/components/empty'
import { Page } from '@/components/page'
import { ProblemNotice } from '@/components/problem'
import { Chip } from '@/components/state'
import { moreOf, Table, type Column } from '@/components/table'
import { Time } from '@/components/time'
import { NewKey } from './new-key'

type ApiKey = Shape['ApiKey']

/** Who may call: the keys of the workspace, never their secrets. */
export function ApiKeys() {
  const [isCreating, setCreating] = useState(false)
  const [revoking, setRevoking] = useState<ApiKey | null>(null)
  const queries = useQueryClient()
  const { data: me } = useQuery(meQuery())
  const list = usePages(pagesOf(['api-keys', 'list'], (cursor) => unwrap(api.GET('/api-keys', { params: { query: { cursor, limit: 100 } } }))))
  const create = (
    <Button look="primary" needs="admin" onClick={() => setCreating(true)}>
      <Plus aria-hidden className="size-4" />
      Create a key
    </Button>
  )
  return (
    <Page title="API keys" actions={create}>
      {list.error ? (
        <ProblemNotice error={list.error} retry={() => void list.refetch()} />
      ) : (
        <Table
          label="API keys"
          columns={columns(me?.key_id, setRevoking)}
          rows={list.rows}
          rowKey={(row) => row.id}
          lines={2}
          more={moreOf(list)}
          empty={<Empty title="No keys">Create one for each app, with no more than it needs.</Empty>}
        />
      )}
      {isCreating && <NewKey onClose={() => setCreating(false)} />}
      <Confirm
        open={revoking !== null}
        onOpenChange={(open) => !open && setRevoking(null)}
        title={`Revoke ${revoking?.name ?? 'this key'}?`}
        verb="Revoke the key"
        onConfirm={async () => {
          if (!revoking) return
          await unwrap(api.DELETE('/api-keys/{key_id}', { params: { path: { key_id: revoking.id } } }))
          await queries.invalidateQueries({ queryKey: ['api-keys'] })
        }}
      >
        Whatever uses <code className="font-mono text-xs">{revoking?.id}</code> is refused within a minute. That cannot be undone.
        {revoking?.id === me?.key_id && <p className="mt-2 font-medium text-bad">It is the key that you are signed in with.</p>}
      </Confirm>
    </Page>
  )
}

const columns = (own: string | undefined, revoke: (key: ApiKey) => void): Column<ApiKey>[] => [
  {
    key: 'name',
    header: 'Key',
    cell: (row) => (
      <div className="min-w-0">
        <div className="flex flex-wrap items-baseline gap-x-2">
          <span className="font-medium wrap-anywhere">{row.name}</span>
          {row.id === own && <Chip>yours</Chip>}
        </div>
        <code className="font-mono text-xs text-muted">{row.id}</code>
      </div>
    ),
  },
  {
    key: 'scopes',
    header: 'May',
    from: 'sm',
    cell: (row) => (
      <div className="flex flex-wrap gap-1">
        {row.scopes.map((scope) => (
          <Chip key={scope}>{scope}</Chip>
        ))}
      </div>
    ),
  },
  {
    key: 'integrations',
    header: 'Integrations',
    from: 'lg',
    cell: (row) => <span className="text-muted wrap-anywhere">{row.integrations?.join(', ') ?? 'all'}</span>,
  },
  {
    key: 'limits',
    header: 'Limit',
    from: 'xl',
    align: 'right',
    cell: (row) => (row.limits ? `${row.limits.per_second}/s` : <span className="text-muted">the workspace’s</span>),
  },
  { key: 'used', header: 'Last used', from: 'md', align: 'right', cell: (row) => <Time at={row.last_used_at} none="never" /> },
  { key: 'expires', header: 'Expires', from: 'md', align: 'right', cell: (row) => <Time at={row.expires_at} none="never" /> },
  {
    key: 'revoke',
    header: <span className="sr-only">Revoke</span>,
    align: 'right',
    cell: (row) => (
      <Button size="small" look="danger" needs="admin" onClick={() => revoke(row)} aria-label={`Revoke ${row.name}`}>
        Revoke
      </Button>
    ),
  },
]
