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

/** How an integration is, in a word, and why. */
export function stateOf({ enabled, breaker, connections, auth }: Integration): { tone: Tone; word: string; why?: string } {
  if (!enabled) return { tone: 'muted', word: 'Disabled', why: 'Calls are refused until it is enabled again.' }
  if (breaker?.state === 'open') {
    return { tone: 'bad', word: 'Circuit open', why: 'The upstream keeps failing, so it is left alone for a moment.' }
  }
  if (breaker?.state === 'half_open') return { tone: 'warn', word: 'Recovering', why: 'One call at a time finds out whether the upstream is back.' }
  if (!connections && auth.type !== 'none') return { tone: 'warn', word: 'Not connected', why: 'It has no connection, so its actions cannot be called.' }
  return { tone: 'ok', word: 'Ready' }
}
