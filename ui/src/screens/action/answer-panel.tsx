import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Shape } from '@/api/client'
import { Attempts } from '@/components/attempts'
import { Copyable } from '@/components/copy'
import { Empty } from '@/components/empty'
import { JsonView } from '@/components/json-view'
import { duration } from '@/components/numbers'
import { ProblemNotice } from '@/components/problem'
import { RequestView, type Request } from '@/components/request-view'
import { Skeleton } from '@/components/skeleton'
import { State } from '@/components/state'
import { isObject } from '@/schema-form/schema'
import { BinaryView, isBinary } from './binary-view'
import type { Answer } from './invoke'

/** What came back: whether it went well, how long it took, each attempt, and the data. */
export function AnswerPanel({ answer, isRunning }: { answer: Answer | null; isRunning: boolean }) {
  return (
    <section aria-label="Answer" aria-busy={isRunning} className="panel">
      <div className="flex min-h-10 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-4 py-1.5">
        <h2 className="text-sm font-medium">Answer</h2>
        <div aria-live="polite" className="flex flex-wrap items-center gap-x-3 text-sm">
          {isRunning ? (
            <State tone="accent" busy>
              Running
            </State>
          ) : (
            answer && <Verdict answer={answer} />
          )}
        </div>
      </div>
      <div className="p-4">{isRunning ? <Skeleton className="h-40" /> : answer ? <Content answer={answer} /> : <NotYet />}</div>
    </section>
  )
}

const NotYet = () => <Empty title="Nothing has been run yet">Run it to see what comes back, or make a dry run to see the exact request first.</Empty>

function Verdict({ answer }: { answer: Answer }) {
  if (answer.problem) {
    const { body } = answer.problem
    return <State tone="bad">{body.outcome === 'unknown' ? 'Failed, and may have happened' : 'Failed'}</State>
  }
  if (answer.isDry) return <State tone="muted">Nothing was sent</State>
  const { meta } = answer
  return (
    <>
      <State tone="ok">{meta.upstream?.status ?? 'Done'}</State>
      <span className="text-muted tabular-nums">{duration(meta.duration_ms)}</span>
      {answer.isReplayed && <span className="text-muted">kept answer, not run again</span>}
    </>
  )
}

function Content({ answer }: { answer: Answer }) {
  if (answer.problem) return <Refused problem={answer.problem.body} error={answer.problem} />
  const { data, meta, isDry } = answer
  return (
    <div className="space-y-4">
      {isDry ? <Dry data={data} policy={meta.policy} /> : isBinary(data) ? <BinaryView data={data} /> : <JsonView label="Data" text={JSON.stringify(data, null, 2) ?? 'null'} />}
      {(meta.warnings ?? []).map((warning) => (
        <p key={warning.pointer + warning.code} className="text-sm wrap-anywhere">
          <State tone="warn">{warning.code.replaceAll('_', ' ')}</State> <code className="font-mono text-xs">{warning.pointer}</code> {warning.detail}
        </p>
      ))}
      {meta.upstream && <Part title="Attempts">{<Attempts attempts={meta.upstream.attempts} />}</Part>}
      <Footer requestId={meta.request_id} isDry={isDry}>
        {meta.output_valid === true && <span>The answer is as documented.</span>}
        {meta.output_valid === false && <State tone="warn">Not as documented</State>}
        {typeof meta.rate_limit?.remaining === 'number' && <span>{meta.rate_limit.remaining} calls left upstream</span>}
      </Footer>
    </div>
  )
}

function Refused({ problem, error }: { problem: Shape['Problem']; error: unknown }) {
  const { upstream, request_id: requestId } = problem
  const body: unknown = upstream?.body
  return (
    <div className="space-y-4">
      <ProblemNotice error={error}>
        {requestId && upstream && <LogLink id={requestId} />}
      </ProblemNotice>
      {upstream && upstream.attempts.length > 0 && (
        <Part title="Attempts">
          <Attempts attempts={upstream.attempts} />
        </Part>
      )}
      {body !== undefined && body !== null && (
        <Part title="What the upstream said">
          <JsonView label="The upstream's answer" text={typeof body === 'string' ? body : JSON.stringify(body, null, 2)} />
        </Part>
      )}
    </div>
  )
}

function Dry({ data, policy }: { data: unknown; policy: Shape['InvocationMeta']['policy'] }) {
  const request = isObject(data) ? data.request : undefined
  return (
    <>
      <RequestView request={request as Request} />
      {policy && (
        <details>
          <summary className="rounded text-sm text-muted hover:text-text">The policy that would hold</summary>
          <JsonView label="Policy" text={JSON.stringify(policy, null, 2)} className="mt-2" />
        </details>
      )}
    </>
  )
}

const Part = ({ title, children }: { title: string; children: ReactNode }) => (
  <div>
    <h3 className="mb-1 text-sm font-medium">{title}</h3>
    {children}
  </div>
)

function Footer({ requestId, isDry, children }: { requestId: string; isDry?: boolean; children?: ReactNode }) {
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-1 border-t border-line pt-3 text-xs text-muted">
      <Copyable text={requestId} label="Copy the request id" />
      {!isDry && <LogLink id={requestId} />}
      {children}
    </div>
  )
}

const LogLink = ({ id }: { id: string }) => (
  <Link to="/invocations/$request" params={{ request: id }} className="text-xs text-accent underline underline-offset-2">
    Open in the log
  </Link>
)
