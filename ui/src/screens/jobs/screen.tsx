import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { api, unwrap, type Shape } from '@/api/client'
import { pagesOf, usePages } from '@/api/pages'
import { AddIntegration } from '@/components/add-integration'
import { Button } from '@/components/button'
import { Empty } from '@/components/empty'
import { Input, Select } from '@/components/field'
import { count } from '@/components/numbers'
import { Page } from '@/components/page'
import { ProblemNotice } from '@/components/problem'
import { moreOf, ROW_LINK, Table, type Column } from '@/components/table'
import { Time } from '@/components/time'
import { JobState } from './job-state'
import { sourceOf, STATUS, STATUSES, type Status } from './status'

type Job = Shape['Job']

const LIVE_MS = 3_000

/** Every run over some documentation, the latest first. */
export function Jobs() {
  const { integration, status } = useSearch({ from: '/shell/jobs' })
  const navigate = useNavigate({ from: '/jobs' })
  const filter = (change: { integration?: string; status?: Status }) =>
    void navigate({ search: (now) => ({ ...now, ...change }), replace: true })
  const list = usePages(
    pagesOf(['jobs', 'list', integration, status], (cursor) =>
      unwrap(api.GET('/scrape-jobs', { params: { query: { integration, status, cursor, limit: 50 } } })),
    ),
    { live: (jobs) => jobs.some((job) => STATUS[job.status].moves) && LIVE_MS },
  )
  const isFiltered = Boolean(integration || status)
  return (
    <Page title="Jobs" actions={<AddIntegration />}>
      <div className="mb-3 flex flex-wrap gap-2">
        <Input
          aria-label="Integration"
          placeholder="Integration"
          value={integration ?? ''}
          onChange={(event) => filter({ integration: event.target.value || undefined })}
          className="w-full sm:w-56!"
        />
        <Select
          aria-label="Status"
          value={status ?? ''}
          onChange={(event) => filter({ status: STATUSES.find((one) => one === event.target.value) })}
          className="w-auto!"
        >
          <option value="">Any status</option>
          {STATUSES.map((one) => (
            <option key={one} value={one}>
              {STATUS[one].word}
            </option>
          ))}
        </Select>
      </div>
      {list.error ? (
        <ProblemNotice error={list.error} retry={() => void list.refetch()} />
      ) : (
        <Table
          label="Jobs"
          columns={COLUMNS}
          rows={list.rows}
          rowKey={(row) => row.id}
          lines={2}
          more={moreOf(list)}
          empty={
            isFiltered ? (
              <Empty title="No job answers that" action={<Button onClick={() => filter({ integration: undefined, status: undefined })}>Clear the filter</Button>} />
            ) : (
              <Empty title="No jobs yet" action={<AddIntegration />}>
                A job reads the documentation of an API into a draft, which you review.
              </Empty>
            )
          }
        />
      )}
    </Page>
  )
}

const COLUMNS: Column<Job>[] = [
  {
    key: 'integration',
    header: 'Integration',
    cell: (row) => (
      <div className="max-w-[44vw] min-w-0 sm:max-w-96">
        <Link to="/jobs/$job" params={{ job: row.id }} className={ROW_LINK}>
          {row.integration}
        </Link>
        <div className="truncate font-mono text-xs text-muted">{sourceOf(row.source)}</div>
      </div>
    ),
  },
  { key: 'status', header: 'Status', cell: (row) => <JobState status={row.status} /> },
  {
    key: 'pages',
    header: 'Pages',
    from: 'md',
    align: 'right',
    cell: (row) => `${count(row.progress.pages_read)} / ${count(row.progress.pages_found)}`,
  },
  { key: 'endpoints', header: 'Endpoints', from: 'sm', align: 'right', cell: (row) => count(row.progress.endpoints) },
  { key: 'created', header: 'Started', from: 'sm', align: 'right', cell: (row) => <Time at={row.created_at} /> },
]
