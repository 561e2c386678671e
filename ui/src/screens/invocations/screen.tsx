import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { RefreshCw } from 'lucide-react'
import { useState } from 'react'
import type { Shape } from '@/api/client'
import { usePages } from '@/api/pages'
import { integrationChoicesQuery } from '@/api/queries'
import { Button } from '@/components/button'
import { Empty } from '@/components/empty'
import { Checkbox } from '@/components/field'
import { duration } from '@/components/numbers'
import { OutcomeState } from '@/components/outcome'
import { Page } from '@/components/page'
import { ProblemNotice } from '@/components/problem'
import { SearchBox } from '@/components/search-box'
import { moreOf, ROW_LINK, Table, type Column } from '@/components/table'
import { Time } from '@/components/time'
import { Filters } from './filters'
import { logPages } from './log'
import { route, type Filter } from './route'

const LIVE_MS = 3000

/** The log: every call, the latest first. */
export function Invocations() {
  const filter = route.useSearch()
  const navigate = route.useNavigate()
  const [isLive, setLive] = useState(false)
  const change = (part: Filter) => void navigate({ search: (now) => ({ ...now, ...part }), replace: true })
  const log = usePages(logPages(filter), { live: () => isLive && LIVE_MS })
  const integrations = useQuery({ ...integrationChoicesQuery(), select: (all) => all.map(({ name }) => name) })
  const isFiltered = Object.values(filter).some((value) => value !== undefined)
  return (
    <Page
      title="Invocations"
      actions={
        <>
          <Checkbox label="Live" checked={isLive} onChange={(event) => setLive(event.target.checked)} />
          <Button busy={log.isRefetching && !isLive} onClick={() => void log.refetch()}>
            {!(log.isRefetching && !isLive) && <RefreshCw aria-hidden className="size-3.5" />}
            Refresh
          </Button>
          <IdBox />
        </>
      }
    >
      <Filters filter={filter} onChange={change} integrations={integrations.data} />
      {log.error && !log.rows ? (
        <ProblemNotice error={log.error} retry={() => void log.refetch()} />
      ) : (
        <Table
          label="Invocations"
          columns={COLUMNS}
          rows={log.rows}
          rowKey={(call) => call.request_id}
          more={moreOf(log)}
          empty={
            isFiltered ? (
              <Empty title="No call answers that" action={<Button onClick={() => void navigate({ search: {}, replace: true })}>Clear the filters</Button>} />
            ) : (
              <NoneYet />
            )
          }
        />
      )}
    </Page>
  )
}

/** An id that was pasted leads to its call. */
function IdBox() {
  const navigate = route.useNavigate()
  const [text, setText] = useState('')
  const go = (next: string) => {
    setText(next)
    const id = /^\s*(req_[0-9A-Z]{26})\s*$/.exec(next)?.[1]
    if (id) void navigate({ to: '/invocations/$request', params: { request: id } })
  }
  return <SearchBox label="Paste a request id" value={text} onChange={go} className="w-full sm:w-56" />
}

const NoneYet = () => (
  <Empty
    title="Nothing has been called yet"
    action={
      <Button asChild>
        <Link to="/integrations">Try an action</Link>
      </Button>
    }
  >
    Every call shows here, with its attempts, for 7 days. From a terminal: <code className="font-mono text-xs">waygate call demo get-pet pet_id=1</code>
  </Empty>
)

// Not its request: the client's types make lists of its header pairs.
type Row = Omit<Shape['Invocation'], 'request'>

const COLUMNS: Column<Row>[] = [
  {
    key: 'action',
    header: 'Action',
    cell: (call) => (
      <>
        <Link to="/invocations/$request" params={{ request: call.request_id }} className={`${ROW_LINK} wrap-anywhere`}>
          {call.integration}/{call.action}
        </Link>
        <div className="text-xs text-muted sm:hidden">
          <Time at={call.at} />
        </div>
      </>
    ),
  },
  { key: 'outcome', header: 'Outcome', cell: (call) => <OutcomeState call={call} /> },
  { key: 'connection', header: 'Connection', from: 'lg', cell: (call) => <span className="text-muted">{call.connection ?? '—'}</span> },
  { key: 'attempts', header: 'Attempts', from: 'md', align: 'right', cell: (call) => call.upstream?.attempts.length || <span className="text-muted">—</span> },
  { key: 'duration', header: 'Duration', from: 'sm', align: 'right', cell: (call) => duration(call.duration_ms) },
  {
    key: 'id',
    header: 'Request',
    from: 'xl',
    cell: (call) => <code className="relative z-10 font-mono text-xs text-muted select-all">{call.request_id}</code>,
  },
  { key: 'at', header: 'Time', from: 'sm', align: 'right', cell: (call) => <Time at={call.at} /> },
]
