import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { api, unwrap, type Shape } from '@/api/client'
import { Button } from '@/components/button'
import { Empty } from '@/components/empty'
import { Select } from '@/components/field'
import { count, duration, share } from '@/components/numbers'
import { Page } from '@/components/page'
import { ProblemNotice } from '@/components/problem'
import { Skeleton } from '@/components/skeleton'
import { Sparkline } from '@/components/sparkline'
import { ROW_LINK, Table, type Column } from '@/components/table'
import { Chart } from './chart'
import { sinceOf, SPANS, type Span } from './spans'

type Row = Shape['UsageOf']

const failures = ({ errors }: Pick<Row, 'errors'>) => Object.values(errors).reduce((sum, each) => sum + each, 0)
const latency = (ms: number | null) => (ms === null ? '—' : duration(ms))

/** Calls, errors and latency: of each integration, or of one integration's actions. */
export function Usage() {
  const { integration, span = 'day' } = useSearch({ from: '/shell/usage' })
  const navigate = useNavigate({ from: '/usage' })
  const { bucket } = SPANS[span]
  const since = sinceOf(span, Date.now())
  const usage = useQuery({
    queryKey: ['usage', integration, span, since],
    queryFn: () => unwrap(api.GET('/usage', { params: { query: { integration, bucket, since } } })),
    refetchInterval: 60_000,
  })
  const { data } = usage
  return (
    <Page
      title={integration ? `Usage of ${integration}` : 'Usage'}
      trail={integration && <Link to="/usage" search={{ span }}>Usage</Link>}
      actions={
        <Select
          aria-label="Span of time"
          value={span}
          onChange={(event) => void navigate({ search: (now) => ({ ...now, span: event.target.value as Span }), replace: true })}
          className="w-auto!"
        >
          {Object.entries(SPANS).map(([value, { label }]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </Select>
      }
    >
      {usage.error ? (
        <ProblemNotice error={usage.error} retry={() => void usage.refetch()} />
      ) : (
        <div className="space-y-4">
          <section aria-label="In all" className="panel p-4">
            <dl className="mb-4 grid grid-cols-2 gap-4 sm:grid-cols-4">
              <Figure name="Calls" value={data && count(data.total.calls)} />
              <Figure name="Failed" value={data && `${count(failures(data.total))} (${share(failures(data.total), data.total.calls)})`} />
              <Figure name="Median" value={data && latency(data.total.latency_ms.p50)} />
              <Figure name="p95" value={data && latency(data.total.latency_ms.p95)} />
            </dl>
            {data ? <Chart times={data.times} calls={data.total.series.calls} errors={data.total.series.errors} bucket={bucket} /> : <Skeleton className="h-36" />}
          </section>
          <Table
            label={integration ? `Actions of ${integration}` : 'Integrations'}
            columns={columns(Boolean(integration), span)}
            rows={data?.data}
            rowKey={(row) => row.action ?? row.integration}
            empty={
              <Empty
                title="No calls in this time"
                action={
                  <Button asChild>
                    <Link to="/integrations">Try an action</Link>
                  </Button>
                }
              >
                What apps call, and what you try here, is counted by the hour.
              </Empty>
            }
          />
        </div>
      )}
    </Page>
  )
}

function Figure({ name, value }: { name: string; value: string | undefined }) {
  return (
    <div>
      <dt className="text-xs text-muted">{name}</dt>
      <dd className="text-lg font-semibold tabular-nums">{value ?? <Skeleton className="h-6 w-16" />}</dd>
    </div>
  )
}

const columns = (areActions: boolean, span: Span): Column<Row>[] => [
  {
    key: 'name',
    header: areActions ? 'Action' : 'Integration',
    cell: (row) =>
      row.action ? (
        <Link to="/integrations/$integration/actions/$action" params={{ integration: row.integration, action: row.action }} className={ROW_LINK}>
          {row.action}
        </Link>
      ) : (
        <Link to="/usage" search={{ integration: row.integration, span }} className={ROW_LINK}>
          {row.integration}
        </Link>
      ),
  },
  { key: 'calls', header: 'Calls', align: 'right', cell: (row) => count(row.calls) },
  {
    key: 'failed',
    header: 'Failed',
    align: 'right',
    cell: (row) => {
      const failed = failures(row)
      return (
        <span title={Object.entries(row.errors).map(([whose, number]) => `${whose}: ${number}`).join(', ')} className={failed ? 'text-bad' : 'text-muted'}>
          {share(failed, row.calls)}
        </span>
      )
    },
  },
  { key: 'p50', header: 'Median', from: 'md', align: 'right', cell: (row) => latency(row.latency_ms.p50) },
  { key: 'p95', header: 'p95', from: 'sm', align: 'right', cell: (row) => latency(row.latency_ms.p95) },
  { key: 'p99', header: 'p99', from: 'lg', align: 'right', cell: (row) => latency(row.latency_ms.p99) },
  {
    key: 'trend',
    header: <span className="sr-only">Over time</span>,
    from: 'md',
    align: 'right',
    cell: (row) => (
      <span className="inline-flex">
        <Sparkline values={row.series.calls} faults={row.series.errors} />
      </span>
    ),
  },
]
