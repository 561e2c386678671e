import type { Scope } from '@/api/queries'

/** What each scope lets a key do. `root` belongs to the first key alone. */
export const SCOPES: readonly { scope: Exclude<Scope, 'root'>; label: string; what: string }[] = [
  { scope: 'invoke', label: 'Invoke', what: 'Call actions, and read how to. What an app needs.' },
  { scope: 'registry:read', label: 'Read the registry', what: 'See integrations, actions, jobs, the log and usage.' },
  { scope: 'registry:write', label: 'Write the registry', what: 'Add, review, change and delete integrations and actions.' },
  { scope: 'connections:write', label: 'Write connections', what: 'Connect, change and delete accounts, and hand out connect links.' },
  { scope: 'admin', label: 'Admin', what: 'All of it, and API keys and the keyring.' },
]

const DAY_MS = 86_400_000

/** How long a new key is good for. */
export const LIVES = [
  { label: '30 days', days: 30 },
  { label: '90 days', days: 90 },
  { label: '1 year', days: 365 },
  { label: 'No end', days: null },
] as const

export const endOf = (days: number | null, now: number): string | null =>
  days === null ? null : new Date(now + days * DAY_MS).toISOString()
