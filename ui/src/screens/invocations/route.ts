import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { integrationChoicesQuery } from '@/api/queries'
import { shellRoute } from '@/app/root'
import { oneOf, textOf, wholeOf } from '@/app/search'
import { soon } from '@/app/soon'
import { logPages } from './log'

export const OUTCOMES = ['succeeded', 'failed', 'unknown'] as const

/** What the log is filtered by. */
export type Filter = {
  integration?: string
  action?: string
  connection?: string
  outcome?: (typeof OUTCOMES)[number]
  code?: string
  status?: number
  idempotency_hash?: string
  key_id?: string
  replay_of?: string
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
  idempotency_hash: textOf(search.idempotency_hash),
  key_id: textOf(search.key_id),
  replay_of: textOf(search.replay_of),
  since: textOf(search.since),
  until: textOf(search.until),
})

export const route = createRoute({
  getParentRoute: () => shellRoute,
  path: '/invocations',
  validateSearch: filterOf,
  loaderDeps: ({ search }) => search,
  loader: ({ context: { queries }, deps }) =>
    soon(() => {
      void queries.prefetchInfiniteQuery(logPages(deps))
      void queries.prefetchQuery(integrationChoicesQuery())
    }),
  component: lazyRouteComponent(() => import('./screen'), 'Invocations'),
})
