import type { Shape } from '@/api/client'
import { State, type Tone } from '@/components/state'

type Connection = Shape['Connection']

const STATUS: Record<Connection['status'], { word: string; tone: Tone }> = {
  pending: { word: 'not proven yet', tone: 'warn' },
  active: { word: 'active', tone: 'ok' },
  needs_reauth: { word: 'needs to reconnect', tone: 'bad' },
  error: { word: 'error', tone: 'bad' },
  disabled: { word: 'switched off', tone: 'muted' },
}

/** A connection's state, as a word with a dot; the reason on hover. */
export function ConnectionState({ connection }: { connection: Pick<Connection, 'status' | 'reason' | 'warnings'> }) {
  const { word, tone } = STATUS[connection.status]
  const hasWarning = connection.status === 'active' && connection.warnings.length > 0
  return (
    <State tone={hasWarning ? 'warn' : tone} title={connection.reason ?? connection.warnings[0]?.detail}>
      {hasWarning ? 'active, with a warning' : word}
    </State>
  )
}
