import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Shape } from '@/api/client'
import { usePages } from '@/api/pages'
import { connectionsPages } from '@/api/queries'
import { ProblemNotice } from '@/components/problem'
import { Chip } from '@/components/state'
import { moreOf, ROW_LINK, Table, type Column } from '@/components/table'
import { Time } from '@/components/time'
import { ConnectionState } from './status'

type Connection = Shape['Connection']

type Props = { integration?: string; tag?: string; empty: ReactNode }

/** Connections of all integrations, or of one. */
export function ConnectionTable({ integration, tag, empty }: Props) {
  const list = usePages(connectionsPages(integration, tag))
  if (list.error) return <ProblemNotice error={list.error} retry={() => void list.refetch()} />
  return (
    <Table
      label="Connections"
      columns={integration ? COLUMNS.filter(({ key }) => key !== 'integration') : COLUMNS}
      rows={list.rows}
      rowKey={(row) => `${row.integration}/${row.name}`}
      lines={2}
      more={moreOf(list)}
      empty={empty}
    />
  )
}

const COLUMNS: Column<Connection>[] = [
  {
    key: 'name',
    header: 'Connection',
    cell: (row) => (
      <div className="min-w-0">
        <Link to="/connections/$integration/$connection" params={{ integration: row.integration, connection: row.name }} className={ROW_LINK}>
          {row.name}
        </Link>
        <div className="flex flex-wrap gap-1 text-xs text-muted">
          {row.integration}
          {row.tags.slice(0, 3).map((tag) => (
            <Chip key={tag}>{tag}</Chip>
          ))}
        </div>
      </div>
    ),
  },
  { key: 'state', header: 'State', cell: (row) => <ConnectionState connection={row} /> },
  { key: 'auth', header: 'Auth', from: 'md', cell: (row) => <span className="text-muted">{row.auth_type.replaceAll('_', ' ')}</span> },
  {
    key: 'secret',
    header: 'Credential',
    from: 'xl',
    cell: (row) => <code className="font-mono text-xs text-muted">{row.secret?.last4 ? `…${row.secret.last4}` : row.secret ? 'sealed' : '—'}</code>,
  },
  { key: 'verified', header: 'Verified', from: 'lg', align: 'right', cell: (row) => <Time at={row.last_verified_at} none="never" /> },
  { key: 'next', header: 'Next refresh', from: 'sm', align: 'right', cell: (row) => <Time at={row.next_refresh_at} /> },
  { key: 'expires', header: 'Expires', from: 'lg', align: 'right', cell: (row) => <Time at={row.expires_at} /> },
]
