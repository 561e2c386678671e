import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import { lazy, Suspense, useDeferredValue, useState } from 'react'
import type { Shape } from '@/api/client'
import { usePages } from '@/api/pages'
import { actionsPages, tagsQuery } from '@/api/queries'
import { Button } from '@/components/button'
import { Empty } from '@/components/empty'
import { Select } from '@/components/field'
import { ProblemNotice } from '@/components/problem'
import { SearchBox } from '@/components/search-box'
import { Chip, Method } from '@/components/state'
import { moreOf, ROW_LINK, Table, type Column } from '@/components/table'

const NewAction = lazy(() => import('./new-action'))

type Row = Shape['ActionBrief']

/** What an integration can do: searched over names, words, parameters and paths. */
export function Actions() {
  const { integration } = useParams({ from: '/shell/integrations/$integration/' })
  const { q = '', tag } = useSearch({ from: '/shell/integrations/$integration/' })
  const navigate = useNavigate({ from: '/integrations/$integration/' })
  const [isAdding, setAdding] = useState(false)
  const query = useDeferredValue(q.trim())
  const filter = (change: { q?: string; tag?: string }) => void navigate({ search: (now) => ({ ...now, ...change }), replace: true })
  const list = usePages(actionsPages(integration, query || undefined, tag))
  const tags = useQuery(tagsQuery())
  const add = (
    <Button needs="registry:write" onClick={() => setAdding(true)}>
      <Plus aria-hidden className="size-4" />
      Add an action
    </Button>
  )
  return (
    <>
      <div className="mb-3 flex flex-wrap gap-2">
        <SearchBox label="Search actions" value={q} onChange={(text) => filter({ q: text || undefined })} className="w-full sm:w-80" />
        {!!tags.data?.data.length && (
          <Select aria-label="Tag" value={tag ?? ''} onChange={(event) => filter({ tag: event.target.value || undefined })} className="w-auto! max-w-48">
            <option value="">All tags</option>
            {tags.data.data.map(({ name: one }) => (
              <option key={one}>{one}</option>
            ))}
          </Select>
        )}
        <span className="flex-1" />
        {add}
      </div>
      {list.error ? (
        <ProblemNotice error={list.error} retry={() => void list.refetch()} />
      ) : (
        <Table
          label="Actions"
          columns={COLUMNS}
          rows={list.rows}
          rowKey={(row) => row.name}
          lines={2}
          more={moreOf(list)}
          empty={
            query || tag ? (
              <Empty title="No action answers that" action={<Button onClick={() => filter({ q: undefined, tag: undefined })}>Clear the filter</Button>} />
            ) : (
              <Empty title="No actions yet" action={add}>
                Read its documentation, or write one by hand.
              </Empty>
            )
          }
        />
      )}
      <Suspense>{isAdding && <NewAction integration={integration} onClose={() => setAdding(false)} />}</Suspense>
    </>
  )
}

const COLUMNS: Column<Row>[] = [
  {
    key: 'name',
    header: 'Action',
    cell: (row) => (
      <div className="max-w-[80vw] min-w-0 sm:max-w-none">
        <div className="flex flex-wrap items-baseline gap-x-2">
          <Link to="/integrations/$integration/actions/$action" params={{ integration: row.integration, action: row.name }} className={ROW_LINK}>
            {row.title || row.name}
          </Link>
          {row.deprecated && <Chip>deprecated</Chip>}
        </div>
        <div className="flex items-baseline gap-2 text-muted">
          <Method>{row.method}</Method>
          <code className="truncate font-mono text-xs">{row.path}</code>
        </div>
      </div>
    ),
  },
  { key: 'name2', header: 'Called as', from: 'md', cell: (row) => <code className="font-mono text-xs wrap-anywhere">{row.name}</code> },
  {
    key: 'tags',
    header: 'Tags',
    from: 'xl',
    cell: (row) => (
      <div className="flex flex-wrap gap-1">
        {row.tags.slice(0, 3).map((tag) => (
          <Chip key={tag}>{tag}</Chip>
        ))}
      </div>
    ),
  },
  { key: 'behaviour', header: 'Does', from: 'sm', cell: (row) => <span className="text-muted">{row.behaviour}</span> },
  { key: 'version', header: 'Version', from: 'lg', align: 'right', cell: (row) => row.version },
]
