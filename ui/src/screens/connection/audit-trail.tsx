import { api, unwrap, type Shape } from '@/api/client'
import { pagesOf, usePages } from '@/api/pages'
import { Empty } from '@/components/empty'
import { ProblemNotice } from '@/components/problem'
import { moreOf, Table, type Column } from '@/components/table'
import { Time } from '@/components/time'

type Entry = Shape['AuditEntry']

/**
 * Who has created, changed, refreshed or exported the credential; never the credential. The trail is read a day at a time,
 * so it is looked for no longer ago than the connection is old.
 */
export function AuditTrail({ integration, connection, since }: { integration: string; connection: string; since: string }) {
  const list = usePages(
    pagesOf(
      ['audit', integration, connection, since],
      (cursor) =>
        // JSON, since JSON Lines were not asked for.
        unwrap(api.GET('/audit', { params: { query: { integration, connection, since, cursor, limit: 20 } } })) as Promise<Shape['AuditEntries']>,
    ),
  )
  return (
    <section aria-labelledby="audit">
      <h2 id="audit" className="mb-2 text-sm font-semibold">
        Audit trail
      </h2>
      {list.error ? (
        <ProblemNotice error={list.error} retry={() => void list.refetch()} />
      ) : (
        <Table label="Audit trail" columns={COLUMNS} rows={list.rows} rowKey={(row) => row.id} more={moreOf(list)} empty={<Empty title="Nothing yet" />} />
      )}
    </section>
  )
}

const COLUMNS: Column<Entry>[] = [
  { key: 'what', header: 'What', cell: (row) => row.what.replaceAll('_', ' ') },
  { key: 'actor', header: 'By', cell: (row) => <code className="font-mono text-xs wrap-anywhere">{row.actor}</code> },
  { key: 'address', header: 'From', from: 'md', cell: (row) => <span className="text-muted">{row.address ?? '—'}</span> },
  {
    key: 'details',
    header: 'Details',
    from: 'lg',
    cell: (row) => (
      <span className="text-xs text-muted wrap-anywhere">
        {Object.entries(row.details)
          .filter(([, value]) => value !== null)
          .map(([name, value]) => `${name}: ${String(value)}`)
          .join(', ')}
      </span>
    ),
  },
  { key: 'at', header: 'When', align: 'right', cell: (row) => <Time at={row.at} /> },
]
