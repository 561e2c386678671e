import { Link } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import { useEffect } from 'react'
import { api, unwrap, type Shape } from '@/api/client'
import { usePages } from '@/api/pages'
import { matches } from '@/app/hits'
import { Button } from '@/components/button'
import { Empty } from '@/components/empty'
import { Select } from '@/components/field'
import { Page } from '@/components/page'
import { ProblemNotice } from '@/components/problem'
import { SearchBox } from '@/components/search-box'
import { Chip, State } from '@/components/state'
import { moreOf, ROW_LINK, Table, type Column } from '@/components/table'
import { authWord, stateOf } from './health'
import { route } from './route'

type Integration = Shape['Integration']

export function Integrations() {
  const { q = '', tag = '' } = route.useSearch()
  const navigate = route.useNavigate()
  const filter = (change: { q?: string; tag?: string }) =>
    void navigate({ search: (now) => ({ ...now, ...change }), replace: true })
  const list = usePages(['integrations', 'list'], (cursor) =>
    unwrap(api.GET('/integrations', { params: { query: { limit: 100, cursor } } })),
  )
  const { rows, hasNextPage, isFetchingNextPage, fetchNextPage } = list
  const isFiltered = q !== '' || tag !== ''
  useEffect(() => {
    // What is looked for may be on a page that has not been read yet.
    if (isFiltered && hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [isFiltered, hasNextPage, isFetchingNextPage, fetchNextPage])
  const tags = [...new Set(rows?.flatMap((row) => row.tags))].sort()
  const shown = rows?.filter(
    (row) => matches(q, `${row.name} ${row.title} ${row.base_url} ${row.tags.join(' ')}`) && (!tag || row.tags.includes(tag)),
  )
  return (
    <Page title="Integrations" actions={<AddButton />}>
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
          columns={COLUMNS}
          rows={shown}
          rowKey={(row) => row.name}
          lines={2}
          more={moreOf(list)}
          empty={isFiltered ? <Empty title="No integration answers that" action={<ClearButton onClick={() => filter({ q: undefined, tag: undefined })} />} /> : <NoneYet />}
        />
      )}
    </Page>
  )
}

const AddButton = () => (
  <Button look="primary" asChild needs="registry:write">
    <Link to="/add">
      <Plus aria-hidden className="size-4" />
      Add an integration
    </Link>
  </Button>
)

const ClearButton = ({ onClick }: { onClick: () => void }) => <Button onClick={onClick}>Clear the filter</Button>

const NoneYet = () => (
  <Empty title="No integrations yet" action={<AddButton />}>
    Give Waygate the documentation of an API: a URL, a file, or pasted text. On the command line:{' '}
    <code className="font-mono text-xs">waygate add https://…/openapi.json</code>
  </Empty>
)

const COLUMNS: Column<Integration>[] = [
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
      const { tone, word, why } = stateOf(row)
      return (
        <State tone={tone} title={why}>
          {word}
        </State>
      )
    },
  },
  { key: 'auth', header: 'Auth', from: 'lg', cell: (row) => <span className="text-muted">{authWord(row.auth)}</span> },
  { key: 'connections', header: 'Connections', from: 'md', align: 'right', cell: (row) => row.connections },
]
