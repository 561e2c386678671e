import { useQuery } from '@tanstack/react-query'
import { Check, Pencil, X } from 'lucide-react'
import type { Shape } from '@/api/client'
import { Button } from '@/components/button'
import { cx } from '@/components/classes'
import { CodeBlock } from '@/components/copy'
import { Facts } from '@/components/facts'
import { ProblemNotice } from '@/components/problem'
import { SkeletonLines } from '@/components/skeleton'
import { Chip, Method, State } from '@/components/state'
import { Edit } from './edit'
import { evidenceFor } from './evidence'
import { Inputs } from './inputs'
import { draftActionQuery, type Brief, type Whole } from './queries'
import { Quotes } from './quote'
import { CHANGE, percent, STATE, sureness } from './words'

type Props = {
  job: string
  brief: Brief
  position: string
  may: boolean
  onJudge: (state: Brief['state']) => void
  isEditing: boolean
  onEdit: (editing: boolean) => void
  error: unknown
}

/** One draft action, whole: what it does, what it takes, and the words that say so. */
export function ActionPanel({ job, brief, position, may, onJudge, isEditing, onEdit, error }: Props) {
  const query = useQuery(draftActionQuery(job, brief.name))
  const { word, tone } = STATE[brief.state]
  const sure = sureness(brief.confidence)
  return (
    <section aria-label={brief.name} className="min-w-0 space-y-4">
      <header className="space-y-2">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <h2 className="text-lg font-semibold wrap-anywhere">{brief.title || brief.name}</h2>
          <State tone={tone}>{word}</State>
          <span className="text-xs text-muted tabular-nums">{position}</span>
        </div>
        <p className="flex flex-wrap items-baseline gap-x-2 gap-y-1">
          <Method>{brief.method}</Method>
          <code className="font-mono text-xs wrap-anywhere">{brief.path}</code>
          <Chip>{CHANGE[brief.change]}</Chip>
          <Chip>{brief.behaviour}</Chip>
          {brief.deprecated && <Chip>deprecated</Chip>}
          <State tone={sure.tone}>
            {sure.word}, {percent(brief.confidence)}
          </State>
        </p>
        <div className="flex flex-wrap gap-2">
          <Button needs="registry:write" disabled={!may} aria-pressed={brief.state === 'accepted'} onClick={() => onJudge('accepted')} className={cx(brief.state === 'accepted' && 'border-ok! text-ok')}>
            <Check aria-hidden className="size-4" /> Accept
          </Button>
          <Button needs="registry:write" disabled={!may} aria-pressed={brief.state === 'rejected'} onClick={() => onJudge('rejected')} className={cx(brief.state === 'rejected' && 'border-bad! text-bad')}>
            <X aria-hidden className="size-4" /> Reject
          </Button>
          <Button look="quiet" needs="registry:write" disabled={!may || isEditing} onClick={() => onEdit(true)}>
            <Pencil aria-hidden className="size-3.5" /> Edit
          </Button>
        </div>
      </header>
      {error !== null && <ProblemNotice error={error} />}
      {query.error ? (
        <ProblemNotice error={query.error} retry={() => void query.refetch()} />
      ) : !query.data ? (
        <SkeletonLines count={8} />
      ) : isEditing ? (
        <Edit job={job} action={query.data} onDone={() => onEdit(false)} />
      ) : (
        <Read action={query.data} />
      )}
    </section>
  )
}

function Read({ action }: { action: Whole }) {
  const { evidence } = action
  return (
    <>
      {action.warnings.length > 0 && (
        <ul aria-label="Flags" className="space-y-1 rounded-md border border-warn/40 p-3 text-sm">
          {action.warnings.map((warning, index) => (
            <li key={index} className="wrap-anywhere">
              <span className="font-medium text-warn">{warning.code.replaceAll('_', ' ')}</span> {warning.detail}
              {warning.pointer && <code className="ml-1 font-mono text-xs text-muted">{warning.pointer}</code>}
            </li>
          ))}
        </ul>
      )}
      {action.differences.length > 0 && <Differences of={action.differences} />}
      {action.description && <p className="max-w-prose text-sm whitespace-pre-line wrap-anywhere">{action.description}</p>}
      <Quotes of={evidenceFor(evidence, 'operation')} />
      <Inputs action={action} />
      <Output action={action} />
      <Facts
        items={[
          ['Credential', action.auth === 'none' ? 'not sent' : action.auth === 'optional' ? 'sent where there is one' : null],
          ['Body', action.body_media_type],
          ['Idempotency', action.idempotency_header],
          ['Server', action.server],
          ['Constants', action.constants?.length ? action.constants.map((each) => `${each.name}: ${String(each.value)}`).join(', ') : null],
          ['Tags', action.tags?.join(', ')],
        ]}
      />
    </>
  )
}

function Differences({ of }: { of: Shape['Difference'][] }) {
  const TONE = { breaking: 'bad', additive: 'ok', neutral: 'muted' } as const
  return (
    <section aria-label="Changes since the last import" className="rounded-md border border-line p-3 text-sm">
      <h3 className="mb-1 font-semibold">Changes since the last import</h3>
      <ul className="space-y-1">
        {of.map((each, index) => (
          <li key={index} className="flex flex-wrap gap-x-2 wrap-anywhere">
            <State tone={TONE[each.kind]}>{each.kind}</State>
            <span>{each.detail}</span>
            <code className="font-mono text-xs text-muted">{each.pointer}</code>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Output({ action }: { action: Whole }) {
  if (action.output_schema === null || action.output_schema === undefined) return null
  return (
    <section aria-label="Output" className="space-y-2">
      <details>
        <summary className="w-fit text-sm font-semibold">Output schema</summary>
        <CodeBlock label="Output schema" text={JSON.stringify(action.output_schema, null, 2)} className="mt-2" />
      </details>
      <Quotes of={evidenceFor(action.evidence, 'output_schema')} />
    </section>
  )
}
