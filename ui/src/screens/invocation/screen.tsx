import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { SquarePen } from 'lucide-react'
import type { ReactNode } from 'react'
import { api, apiUrl, unwrap, type Shape } from '@/api/client'
import { Problem } from '@/api/problem'
import { actionQuery } from '@/api/queries'
import { fillPanel } from '@/screens/action/panel'
import { snippet } from '@/screens/action/snippets'
import { Attempts } from '@/components/attempts'
import { Button } from '@/components/button'
import { Copyable, CopyButton } from '@/components/copy'
import { Facts } from '@/components/facts'
import { JsonView } from '@/components/json-view'
import { bytes, duration } from '@/components/numbers'
import { OutcomeState } from '@/components/outcome'
import { Page } from '@/components/page'
import { ProblemNotice } from '@/components/problem'
import { RequestView } from '@/components/request-view'
import { Skeleton } from '@/components/skeleton'
import { Time } from '@/components/time'
import { inputOf, textOf, type Call } from './recorded'
import { Replay } from './replay'
import { route } from './route'

const RECORDED_AFTER_MS = 2000
const RECORDED_TRIES = 6

/** One call: what was asked, what was sent, each attempt, and what came back. */
export function Invocation() {
  const { request } = route.useParams()
  const call = useQuery({
    queryKey: ['invocations', 'one', request],
    queryFn: () => unwrap(api.GET('/invocations/{request}', { params: { path: { request } } })),
    // A call is recorded a moment after it was answered.
    retry: (failures, error) => error instanceof Problem && error.body.code === 'not_recorded_yet' && failures < RECORDED_TRIES,
    retryDelay: RECORDED_AFTER_MS,
  })
  const trail = (
    <Link to="/invocations" className="hover:underline">
      Invocations
    </Link>
  )
  const { data } = call
  if (call.error) {
    return (
      <Page title="Invocation" trail={trail}>
        <ProblemNotice error={call.error} retry={() => void call.refetch()} />
      </Page>
    )
  }
  if (!data) {
    return (
      <Page title="Invocation" trail={trail}>
        {call.failureCount > 0 && (
          <p role="status" className="mb-3 text-sm text-muted">
            It is being recorded …
          </p>
        )}
        <div className="grid gap-4 xl:grid-cols-2">
          <Skeleton className="h-72" />
          <Skeleton className="h-72" />
        </div>
      </Page>
    )
  }
  return (
    <Page title={`${data.integration}/${data.action}`} trail={trail} beside={<OutcomeState call={data} />} actions={<Actions call={data} />}>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-4 xl:grid-cols-2 xl:items-start">
        <div className="min-w-0 space-y-4">
          <Panel title="Call">
            <CallFacts call={data} />
          </Panel>
          {!!data.upstream?.attempts.length && (
            <Panel title="Attempts">
              <Attempts attempts={data.upstream.attempts} />
            </Panel>
          )}
          <Bodied title="Input" body={data.bodies?.input} isRecorded={!!data.bodies} />
        </div>
        <div className="min-w-0 space-y-4">
          <Panel title="Request" aside="as it was sent, secrets masked">
            {data.request ? (
              <RequestView request={data.request} body={textOf(data.bodies?.request) ?? undefined} />
            ) : (
              <p className="text-sm text-muted">Nothing was sent: the call ended before.</p>
            )}
          </Panel>
          {data.request && <Bodied title="Answer" body={data.bodies?.response} isRecorded={!!data.bodies} />}
        </div>
      </div>
    </Page>
  )
}

function Actions({ call }: { call: Call }) {
  const { integration, action: name } = call
  const action = useQuery(actionQuery(integration, name))
  const navigate = useNavigate()
  const input = inputOf(call)
  const options = call.connection ? { connection: call.connection } : {}
  const edit = () => {
    if (input) fillPanel(integration, name, input, options)
    void navigate({ to: '/integrations/$integration/actions/$action', params: { integration, action: name } })
  }
  const curl = input && snippet('curl', { api: apiUrl, integration, action: name, input, options, schema: {} })
  return (
    <>
      {curl && <CopyButton text={curl} label="Copy as curl" word className="min-h-8 border-edge/50! text-sm!" />}
      <Button onClick={edit}>
        <SquarePen aria-hidden className="size-3.5" />
        {input ? 'Edit and run' : 'Open the action'}
      </Button>
      <Replay call={call} isRead={action.data?.behaviour === 'read'} />
    </>
  )
}

const LINK = 'text-accent underline underline-offset-2'

function CallFacts({ call }: { call: Call }) {
  const { upstream, sizes } = call
  return (
    <Facts
      items={[
        ['Request', <Copyable key="id" text={call.request_id} label="Copy the request id" />],
        ['Time', <Time key="at" at={call.at} exact />],
        ['Status', `${call.status}${call.code ? ` ${call.code}` : ''}`],
        call.outcome === 'unknown' ? ['Outcome', 'It failed, and may have happened.'] : ['', null],
        ['Upstream', upstream?.status ? String(upstream.status) : null],
        ['Duration', upstream ? `${duration(call.duration_ms)}, of which upstream ${duration(upstream.duration_ms)}` : duration(call.duration_ms)],
        [
          'Action',
          <Link key="action" to="/integrations/$integration/actions/$action" params={{ integration: call.integration, action: call.action }} className={LINK}>
            {call.integration}/{call.action}
            {call.version ? `, version ${call.version}` : ''}
          </Link>,
        ],
        [
          'Connection',
          call.connection && (
            <Link key="connection" to="/connections/$integration/$connection" params={{ integration: call.integration, connection: call.connection }} className={LINK}>
              {call.connection}
            </Link>
          ),
        ],
        [
          'API key',
          <Link key="key" to="/invocations" search={{ key_id: call.key_id }} className={LINK} title="All calls with this API key">
            <code className="font-mono text-xs">{call.key_id}</code>
          </Link>,
        ],
        [
          'Idempotency key',
          call.idempotency_key && (
            <Link key="idempotency" to="/invocations" search={{ idempotency_hash: call.idempotency_key }} className={LINK} title="All calls with this key">
              <code className="font-mono text-xs">{call.idempotency_key}</code>
            </Link>
          ),
        ],
        ['Answered from', call.answered_from && <CallLink key="from" id={call.answered_from} />],
        ['Replay of', call.replay_of && <CallLink key="replay" id={call.replay_of} />],
        [
          'Replays',
          <Link key="replays" to="/invocations" search={{ replay_of: call.request_id }} className={LINK}>
            All replays of it
          </Link>,
        ],
        ['As documented', call.output_valid === null ? null : call.output_valid ? 'yes' : 'no: the answer differs from the output schema'],
        ['Trace', call.trace_id && <Copyable key="trace" text={call.trace_id} label="Copy the trace id" />],
        ['Sizes', Object.entries(sizes).map(([name, size]) => `${name} ${bytes(size)}`).join(', ')],
      ]}
    />
  )
}

const CallLink = ({ id }: { id: string }) => (
  <Link to="/invocations/$request" params={{ request: id }} className={LINK}>
    <code className="font-mono text-xs">{id}</code>
  </Link>
)

function Panel({ title, aside, children }: { title: string; aside?: string; children: ReactNode }) {
  return (
    <section className="panel">
      <div className="flex min-h-10 flex-wrap items-baseline gap-x-2 border-b border-line px-4 py-2.5">
        <h2 className="text-sm font-medium">{title}</h2>
        {aside && <span className="text-xs text-muted">{aside}</span>}
      </div>
      <div className="p-4">{children}</div>
    </section>
  )
}

function Bodied({ title, body, isRecorded }: { title: string; body: Shape['RecordedBody'] | null | undefined; isRecorded: boolean }) {
  const text = textOf(body)
  const facts = body && [body.content_type, bytes(body.bytes), ...(body.truncated ? ['cut'] : []), ...(body.base64 ? ['base64'] : [])].join(', ')
  return (
    <Panel title={title} aside={facts || undefined}>
      {text !== null ? (
        <JsonView label={title} text={text} />
      ) : (
        <p className="text-sm text-muted">
          {isRecorded ? 'There was none.' : 'Bodies were not recorded. Where the policy of the integration says “record: full”, they are.'}
        </p>
      )}
    </Panel>
  )
}
