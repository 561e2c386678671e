import { Activity, Boxes, ChartNoAxesColumn, FileSearch, KeyRound, Plug, type LucideIcon } from 'lucide-react'
import type { Scope } from '@/api/queries'

export type Destination = { to: string; label: string; icon: LucideIcon; needs?: Scope; words?: string }

/** The pages of the side bar, in its order. */
export const NAVIGATION = [
  { to: '/integrations', label: 'Integrations', icon: Boxes, words: 'apis list health' },
  { to: '/connections', label: 'Connections', icon: Plug, words: 'accounts credentials oauth' },
  { to: '/invocations', label: 'Invocations', icon: Activity, words: 'log requests calls errors replay' },
  { to: '/jobs', label: 'Jobs', icon: FileSearch, words: 'scrape imports drafts review' },
  { to: '/usage', label: 'Usage', icon: ChartNoAxesColumn, words: 'calls errors latency' },
  { to: '/api-keys', label: 'API keys', icon: KeyRound, needs: 'admin', words: 'tokens scopes' },
] as const satisfies readonly Destination[]
