import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { shellRoute } from '@/app/root'
import { oneOf, textOf } from '@/app/search'

export const STATES = ['proposed', 'accepted', 'rejected'] as const
export const CHANGES = ['added', 'changed', 'same'] as const
export const TABS = ['actions', 'integration', 'findings'] as const

export type DraftSearch = {
  tab?: (typeof TABS)[number]
  /** Text in a name, title, summary or path. */
  q?: string
  state?: (typeof STATES)[number]
  change?: (typeof CHANGES)[number]
  /** Least confidence, 0 to 1. */
  min?: string
  /** Only actions with a warning of this code. */
  warning?: string
  /** The action that is looked at. */
  action?: string
}

export const route = createRoute({
  getParentRoute: () => shellRoute,
  path: '/jobs/$job/draft',
  validateSearch: (search: Record<string, unknown>): DraftSearch => ({
    tab: oneOf(search.tab, TABS),
    q: textOf(search.q),
    state: oneOf(search.state, STATES),
    change: oneOf(search.change, CHANGES),
    min: textOf(search.min),
    warning: textOf(search.warning),
    action: textOf(search.action),
  }),
  component: lazyRouteComponent(() => import('./screen'), 'Draft'),
})
