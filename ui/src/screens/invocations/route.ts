import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { shellRoute } from '@/app/root'
import { oneOf, textOf, wholeOf } from '@/app/search'

export const OUTCOMES = ['succeeded', 'failed', 'unknown'] as const

/** What the log is filtered by. */
export type Filter = {
  integration?: string
  action?: string
  connection?: string
  outcome?: (typeof OUTCOMES)[number]
  code?: string
  status?: number
  idempotency_key?: string
  since?: string
  until?: string
}

export const filterOf = (search: Record<string, unknown>): Filter => ({
  integration: textOf(search.integration),
  action: textOf(search.action),
  connection: textOf(search.connection),
  outcome: oneOf(search.outcome, OUTCOMES),
  code: textOf(search.code),
  status: wholeOf(search.status),
  idempotency_key: textOf(search.idempotency_key),
  since: textOf(search.since),
  until: textOf(search.until),
})

export const route = createRoute({
  getParentRoute: () => shellRoute,
  path: '/invocations',
  validateSearch: filterOf,
  component: lazyRouteComponent(() => import('./screen'), 'Invocations'),
})
