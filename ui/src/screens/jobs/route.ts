import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { shellRoute } from '@/app/root'
import { oneOf, textOf } from '@/app/search'
import { STATUSES, type Status } from './status'

export const route = createRoute({
  getParentRoute: () => shellRoute,
  path: '/jobs',
  validateSearch: (search: Record<string, unknown>): { integration?: string; status?: Status } => ({
    integration: textOf(search.integration),
    status: oneOf(search.status, STATUSES),
  }),
  component: lazyRouteComponent(() => import('./screen'), 'Jobs'),
})
