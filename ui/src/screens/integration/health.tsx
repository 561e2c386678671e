import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { api, unwrap, type Shape } from '@/api/client'
import { Button } from '@/components/button'
import { Empty } from '@/components/empty'
import { Facts } from '@/components/facts'
import { count, duration, share } from '@/components/numbers'
import { ProblemNotice } from '@/components/problem'
import { SkeletonLines } from '@/components/skeleton'
import { Sparkline } from '@/components/sparkline'
import { State, type Tone } from '@/components/state'
import { ROW_LINK, Table, type Column } from '@/components/table'
import { Time } from '@/components/time'

type Health = Shape['IntegrationHealth']

const LIVE_MS = 5_000

const BREAKER: Record<Health['breaker']['state'], { tone: Tone; word: string }> = {
  closed: { tone: 'ok', word: 'closed: calls go through' },
  half_open: { tone: 'warn', word: 'half open: one call at a time finds out' },
  open: { tone: 'bad', word: 'open: the upstream is left alone' },
}

/** What stands between a caller and the upstream at this moment. */
export function Health() {
  const { integration } = useParams({ from: '/shell/integrations/$integration/health' })
  const queries = useQueryClient()
  const params = { path: { integration } }
  const health = useQuery({
    queryKey: ['integrations', 'health', integration],
    queryFn: () => unwrap(api.GET('/integrations/{integration}/health', { params })),
    refetchInterval: LIVE_MS,
  })
  const reset = useMutation({
    mutationFn: () => unwrap(api.POST('/integrations/{integration}/reset-breaker', { params })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['integrations'] }),
  })
  if (health.error) return <ProblemNotice error={health.error} retry={() => void health.refetch()} />
  const { data } = health
  const isHeld = data && (data.breaker.state !== 'closed' || data.cooldowns.length > 0)
  return (
    <div className="space-y-4">
      {reset.error && <ProblemNotice error={reset.error} />}
      <section aria-label="Now" className="panel p-4">
        {data ? <Now health={data as Health} /> : <SkeletonLines count={5} />}
        {isHeld && (
          <Button className="mt-4" needs="registry:write" busy={reset.isPending} onClick={() => reset.mutate()}>
            Call it again now
          </Button>
        )}
      </section>
      <LastDay integration={integration} />
      <section aria-labelledby="errors">
        <h2 id="errors" className="mb-2 text-sm font-semibold">
          Latest errors
        </h2>
        <Table label="Latest errors" columns={COLUMNS} rows={data?.last_errors as Shape['Invocation'][] | undefined} rowKey={(row) => row.request_id} empty={<Empty title="None among its latest calls" />} />
      </section>
    </div>
  )
}

function Now({ health: { state_reason, breaker, cooldowns, connections } }: { health: Health }) {
  const { tone, word } = BREAKER[breaker.state]
  const counted = Object.entries(connections).filter(([, number]) => number > 0)
  return (
    <div role="status">
      {state_reason && <p className="mb-3 text-sm">{state_reason}</p>}
      <Facts
        items={[
          [
            'Breaker',
            <span key="breaker" className="flex flex-wrap gap-x-3">
              <State tone={tone}>{word}</State>
              {breaker.retry_at && (
                <span className="text-muted">
                  tried again <Time at={breaker.retry_at} exact />
                </span>
              )}
            </span>,
          ],
          ['Left alone', breaker.origins.length ? breaker.origins.join(', ') : null],
          [
            'Cool-downs',
            cooldowns.length ? (
              <ul key="cooldowns">
                {cooldowns.map((each, index) => (
                  <li key={index}>
                    {each.connection ?? 'all connections'}, until <Time at={each.until} exact />
                  </li>
                ))}
              </ul>
            ) : (
              'none: the upstream has not asked for a pause'
            ),
          ],
          ['Connections', counted.length ? counted.map(([status, number]) => `${count(number)} ${status.replaceAll('_', ' ')}`).join(', ') : 'none'],
        ]}
      />
    </div>
  )
}

function LastDay({ integration }: { integration: string }) {
  const { data } = useQuery({
    queryKey: ['usage', integration, 'day'],
    queryFn: () => unwrap(api.GET('/usage', { params: { query: { integration, bucket: 'hour' } } })),
    refetchInterval: 60_000,
  })
  if (!data) return <section aria-label="The last 24 hours" className="panel p-4"><SkeletonLines count={1} /></section>
  const { calls, errors, latency_ms, series } = data.total
  const failed = Object.values(errors).reduce((sum, each) => sum + each, 0)
  return (
    <section aria-label="The last 24 hours" className="panel flex flex-wrap items-center gap-x-6 gap-y-2 p-4 text-sm tabular-nums">
      <Sparkline values={series.calls} faults={series.errors} />
      <span>
        {count(calls)} {calls === 1 ? 'call' : 'calls'} in 24 hours
      </span>
      <span className={failed ? 'text-bad' : 'text-muted'}>{share(failed, calls)} failed</span>
      {latency_ms.p95 !== null && <span className="text-muted">p95 {duration(latency_ms.p95)}</span>}
      <Link to="/usage" search={{ integration }} className="text-accent underline underline-offset-2">
        Usage by action
      </Link>
    </section>
  )
}

const COLUMNS: Column<Shape['Invocation']>[] = [
  {
    key: 'action',
    header: 'Action',
    cell: (row) => (
      <Link to="/invocations/$request" params={{ request: row.request_id }} className={ROW_LINK}>
        {row.action}
      </Link>
    ),
  },
  { key: 'code', header: 'Why', cell: (row) => <span className="text-bad">{row.code ?? row.status}</span> },
  { key: 'upstream', header: 'Upstream', from: 'md', align: 'right', cell: (row) => row.upstream?.status ?? '—' },
  { key: 'duration', header: 'Took', from: 'sm', align: 'right', cell: (row) => duration(row.duration_ms) },
  { key: 'at', header: 'When', align: 'right', cell: (row) => <Time at={row.at} /> },
]
