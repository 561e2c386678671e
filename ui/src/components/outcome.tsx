import type { Shape } from '@/api/client'
import { State } from './state'

type Call = Pick<Shape['Invocation'], 'outcome' | 'code' | 'upstream' | 'dry_run' | 'status'>

/** How a call ended, in a word: the upstream's status, or the code of what went wrong. */
export function OutcomeState({ call }: { call: Call }) {
  if (call.dry_run) return <State tone="muted">Dry run</State>
  if (call.outcome === 'succeeded') return <State tone="ok">{call.upstream?.status ?? call.status}</State>
  const word = call.code?.replaceAll('_', ' ') ?? String(call.status)
  return (
    <State tone={call.outcome === 'unknown' ? 'warn' : 'bad'} title={call.outcome === 'unknown' ? 'It failed, and may have happened.' : undefined}>
      {word}
    </State>
  )
}
