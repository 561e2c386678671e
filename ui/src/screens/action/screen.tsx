import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Pencil } from 'lucide-react'
import { useDeferredValue, useEffect, useRef } from 'react'
import type { Shape } from '@/api/client'
import { actionQuery, integrationQuery } from '@/api/queries'
import { Button } from '@/components/button'
import { Copyable } from '@/components/copy'
import { LongText } from '@/components/long-text'
import { Page } from '@/components/page'
import { ProblemNotice } from '@/components/problem'
import { Skeleton } from '@/components/skeleton'
import { Chip, Method, State } from '@/components/state'
import { exampleInput } from '@/schema-form/example'
import type { Schema } from '@/schema-form/schema'
import type { Check } from '@/schema-form/validate'
import { AnswerPanel } from './answer-panel'
import { BehaviourState } from './behaviour'
import { CodePanel } from './code-panel'
import { HistoryPanel } from './history-panel'
import { InputPanel } from './input-panel'
import { usePanel } from './panel'
import { route } from './route'

/** An action: what it is, and a place to try it. */
export function Action() {
  const { integration, action: name } = route.useParams()
  const action = useQuery(actionQuery(integration, name))
  const home = useQuery(integrationQuery(integration))
  const data = useDeferredValue(action.data, undefined) // much to draw: after the skeleton, and piece by piece
  const trail = (
    <>
      <Link to="/integrations" className="hover:underline">
        Integrations
      </Link>
      <span aria-hidden>/</span>
      <Link to="/integrations/$integration" params={{ integration }} className="hover:underline">
        {home.data?.title || integration}
      </Link>
    </>
  )
  if (action.error) {
    return (
      <Page title={name} trail={trail}>
        <ProblemNotice error={action.error} retry={() => void action.refetch()} />
      </Page>
    )
  }
  return (
    <Page
      title={data?.title || name}
      trail={trail}
      beside={data && <BehaviourState behaviour={data.behaviour} />}
      actions={
        <Button asChild needs="registry:write">
          <Link to="/integrations/$integration/actions/$action/edit" params={{ integration, action: name }}>
            <Pencil aria-hidden className="size-3.5" />
            Edit
          </Link>
        </Button>
      }
    >
      {data ? (
        <>
          <Facts action={data} />
          <TryIt key={data.version} action={data} />
        </>
      ) : (
        <div className="space-y-4">
          <Skeleton className="h-12 max-w-xl" />
          <div className="grid gap-4 xl:grid-cols-2 xl:items-start">
            <Skeleton className="h-80" />
            <AnswerPanel answer={null} isRunning={false} />
          </div>
        </div>
      )}
    </Page>
  )
}

function Facts({ action }: { action: Shape['Action'] }) {
  const about = action.description || (action.summary === action.title ? '' : action.summary)
  return (
    <div className="mb-5 space-y-2">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm">
        <span className="min-w-0 wrap-anywhere">
          <Method>{action.method}</Method> <code className="font-mono text-xs">{action.path}</code>
        </span>
        <Copyable text={`${action.integration}/${action.name}`} label="Copy the name of the action" className="text-muted" />
        <span className="text-xs text-muted">version {action.version}</span>
        {action.deprecated && <State tone="warn">Deprecated</State>}
        {(action.tags ?? []).map((tag) => (
          <Chip key={tag}>{tag}</Chip>
        ))}
      </div>
      {about && <LongText text={about} className="max-w-3xl text-sm" />}
    </div>
  )
}

/** The API has the last word anyway, so where the code does not come, nothing is wrong here. */
const loadCheck = (schema: Schema): Promise<Check> =>
  import('@/schema-form/validate').then(
    ({ createCheck }) => createCheck(schema),
    () => () => [],
  )

/** How long after a call its record is looked for: it is written behind the answer. */
const RECORDED_MS = [600, 2500]

function TryIt({ action }: { action: Shape['Action'] }) {
  const { integration, name } = action
  const schema = action.input_schema as Schema
  const handle = usePanel(integration, name, () => exampleInput(schema), () => loadCheck(schema))
  const { connection } = route.useSearch()
  const queries = useQueryClient()
  const answer = useRef<HTMLDivElement>(null)
  const { choose } = handle
  useEffect(() => {
    if (connection) choose({ connection })
    // The address sets the connection when one comes by it, not whenever another is chosen.
  }, [connection])
  const run = async (isDry: boolean) => {
    const isAsked = await handle.run(isDry)
    if (!isAsked) return false
    for (const wait of RECORDED_MS) setTimeout(() => void queries.invalidateQueries({ queryKey: ['invocations'] }), wait)
    const isBelow = (answer.current?.getBoundingClientRect().top ?? 0) > innerHeight - 120
    if (isBelow) answer.current?.scrollIntoView({ block: 'start' })
    return true
  }
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4 xl:grid-cols-2 xl:items-start">
      <InputPanel action={action} handle={handle} onRun={run} />
      <div ref={answer} className="min-w-0 scroll-mt-16 space-y-4">
        <AnswerPanel answer={handle.panel.answer} isRunning={handle.panel.running !== null} />
        <CodePanel action={action} panel={handle.panel} />
        <HistoryPanel action={action} />
      </div>
    </div>
  )
}
