import type { Shape } from '@/api/client'
import type { Tone } from '@/components/state'

type Integration = Shape['Integration']

const AUTH: Record<NonNullable<Integration['auth']['type']>, string> = {
  none: 'None',
  api_key: 'API key',
  basic: 'Basic',
  bearer: 'Bearer token',
  custom_headers: 'Headers',
  oauth2: 'OAuth 2.0',
}

/** An auth scheme, as people say it. */
export const authWord = ({ type = 'none' }: Integration['auth']) => AUTH[type]

const RECENT_HOURS = 2
const FEW = 5
const MANY = 0.2

/** Whether many of the calls of this hour and the last failed, and not for the callers' faults alone. */
function isDegraded({ series, errors }: Shape['UsageOf']): boolean {
  const sum = (values: readonly number[]) => values.slice(-RECENT_HOURS).reduce((total, value) => total + value, 0)
  const failed = sum(series.errors)
  return errors.upstream + errors.gateway > 0 && failed >= FEW && failed / sum(series.calls) >= MANY
}

/** How an integration is, in a word, and why. */
export function stateOf({ enabled, breaker, connections, auth }: Integration, usage?: Shape['UsageOf']): { tone: Tone; word: string; why?: string } {
  if (!enabled) return { tone: 'muted', word: 'Disabled', why: 'Calls are refused until it is enabled again.' }
  if (breaker?.state === 'open') {
    return { tone: 'bad', word: 'Circuit open', why: 'The upstream keeps failing, so it is left alone for a moment.' }
  }
  if (breaker?.state === 'half_open') return { tone: 'warn', word: 'Recovering', why: 'One call at a time finds out whether the upstream is back.' }
  if (!connections && auth.type !== 'none') return { tone: 'warn', word: 'Not connected', why: 'It has no connection, so its actions cannot be called.' }
  if (!usage?.calls) return { tone: 'ok', word: 'Ready', why: 'It has not been called in the last 24 hours.' }
  if (isDegraded(usage)) return { tone: 'warn', word: 'Degraded', why: 'Many calls of the last hours have failed.' }
  return { tone: 'ok', word: 'Healthy' }
}
