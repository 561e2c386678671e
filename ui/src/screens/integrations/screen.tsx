import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useMemo, type ReactNode } from 'react'
import type { Shape } from '@/api/client'
import { usePages } from '@/api/pages'
import { integrationsPages, usageQuery } from '@/api/queries'
import { matches } from '@/app/hits'
import { AddIntegration } from '@/components/add-integration'
import { Button } from '@/components/button'
import { Empty } from '@/components/empty'
import { Select } from '@/components/field'
import { count, duration, share } from '@/components/numbers'
import { Page } from '@/components/page'
import { ProblemNotice } from '@/components/problem'
import { SearchBox } from '@/components/search-box'
import { Sparkline } from '@/components/sparkline'
import { Skeleton } from '@/components/skeleton'
import { Chip, State } from '@/components/state'
import { moreOf, ROW_LINK, Table, type Column } from '@/components/table'
import { authWord, stateOf } from './health'
import { route } from './route'

type Integration = Shape['Integration']
type Used = Map<string, Shape['UsageOf']>

export function Integrations() {
  const { q = '', tag = '' } = route.useSearch()
  const navigate = route.useNavigate()
  const filter = (change: { q?: string; tag?: string }) =>
    void navigate({ search: (now) => ({ ...now, ...change }), replace: true })
  const list = usePages(integrationsPages())
  const { rows, hasNextPage, isFetchingNextPage, fetchNextPage } = list
  const isFiltered = q !== '' || tag !== ''
  useEffect(() => {
    // What is looked for may be on a page that has not been read yet.
    if (isFiltered && hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [isFiltered, hasNextPage, isFetchingNextPage, fetchNextPage])
  const usage = useQuery(usageQuery())
  const used = useMemo(() => usage.data && new Map(usage.data.data.map((one) => [one.integration, one])), [usage.data])
  const columns = useMemo(() => columnsWith(used, usage.isError), [used, usage.isError])
  const tags = [...new Set(rows?.flatMap((row) => row.tags))].sort()
  const shown = rows?.filter(
    (row) => matches(q, `${row.name} ${row.title} ${row.base_url} ${row.tags.join(' ')}`) && (!tag || row.tags.includes(tag)),
  )
  return (
    <Page title="Integrations" actions={<AddIntegration />}>
      <div className="mb-3 flex flex-wrap gap-2">
        <SearchBox label="Search integrations" value={q} onChange={(text) => filter({ q: text || undefined })} className="w-full sm:w-72" />
        {tags.length > 0 && (
          <Select aria-label="Tag" value={tag} onChange={(event) => filter({ tag: event.target.value || undefined })} className="w-auto!">
            <option value="">All tags</option>
            {tags.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </Select>
        )}
      </div>
      {list.error ? (
        <ProblemNotice error={list.error} retry={() => void list.refetch()} />
      ) : (
        <Table
          label="Integrations"
          columns={columns}
          rows={shown}
          rowKey={(row) => row.name}
          lines={2}
          more={moreOf(list)}
          empty={isFiltered ? <Empty title="No integration answers that" action={<ClearButton onClick={() => filter({ q: undefined, tag: undefined })} />} /> : <NoneYet />}
        />
      )}
      {usage.error && !list.error && (
        <div className="mt-3">
          <ProblemNotice error={usage.error} retry={() => void usage.refetch()} />
        </div>
      )}
    </Page>
  )
}

const ClearButton = ({ onClick }: { onClick: () => void }) => <Button onClick={onClick}>Clear the filter</Button>

const NoneYet = () => (
  <Empty title="No integrations yet" action={<AddIntegration />}>
    Give Waygate the documentation of an API: a URL, a file, or pasted text. On the command line:{' '}
    <code className="font-mono text-xs">waygate add https://…/openapi.json</code>
  </Empty>
)

/** The columns; those of usage wait for it. */
const columnsWith = (used: Used | undefined, isLost: boolean): Column<Integration>[] => [
  {
    key: 'name',
    header: 'Integration',
    cell: (row) => (
      <div className="min-w-0 max-w-96">
        <div className="flex flex-wrap items-baseline gap-x-2 gap-y-1">
          <Link to="/integrations/$integration" params={{ integration: row.name }} className={ROW_LINK}>
            {row.title || row.name}
          </Link>
          {row.tags.slice(0, 3).map((name) => (
            <Chip key={name}>{name}</Chip>
          ))}
        </div>
        <div className="truncate font-mono text-xs text-muted">{row.readable_host ?? row.base_url.replace(/^https?:\/\//, '')}</div>
      </div>
    ),
  },
  {
    key: 'state',
    header: 'State',
    cell: (row) => {
      const { tone, word, why } = stateOf(row, used?.get(row.name))
      return (
        <State tone={tone} title={why}>
          {word}
        </State>
      )
    },
  },
  { key: 'auth', header: 'Auth', from: 'lg', cell: (row) => <span className="text-muted">{authWord(row.auth)}</span> },
  { key: 'connections', header: 'Connections', from: 'md', align: 'right', cell: (row) => row.connections },
  usageColumn('calls', 'Calls, 24 h', used, isLost, 'sm', (one) => count(one.calls)),
  usageColumn('errors', 'Errors', used, isLost, 'md', (one) => <Errors one={one} />),
  usageColumn('p95', 'p95', used, isLost, 'md', (one) => (one.latency_ms.p95 === null ? '—' : duration(one.latency_ms.p95))),
  {
    key: 'spark',
    header: 'By the hour',
    from: 'lg',
    className: 'w-28',
    cell: (row) => (used ? <Sparkline values={used.get(row.name)?.series.calls ?? IDLE} faults={used.get(row.name)?.series.errors} /> : null),
  },
]

const IDLE: readonly number[] = new Array<number>(24).fill(0)

/** A number of the last 24 hours: while it is not known, its place; without calls, a dash. */
function usageColumn(
  key: string,
  header: string,
  used: Used | undefined,
  isLost: boolean,
  from: Column<Integration>['from'],
  show: (one: Shape['UsageOf']) => ReactNode,
): Column<Integration> {
  const cell = (row: Integration) => {
    const one = used?.get(row.name)
    if (one) return show(one)
    return used || isLost ? <span className="text-muted">{key === 'calls' && used ? '0' : '—'}</span> : <Skeleton className="ml-auto h-3.5 w-10" />
  }
  return { key, header, from, align: 'right', cell }
}

const Errors = ({ one }: { one: Shape['UsageOf'] }) => {
  const { caller, upstream, gateway } = one.errors
  const total = caller + upstream + gateway
  return (
    <span className={total ? 'text-bad' : 'text-muted'} title={`${count(upstream)} upstream, ${count(caller)} of the caller, ${count(gateway)} of Waygate`}>
      {share(total, one.calls)}
    </span>
  )
}
