import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { shellRoute } from '@/app/root'
import { textOf } from '@/app/search'

export const route = createRoute({
  getParentRoute: () => shellRoute,
  path: '/integrations/$integration/actions/$action',
  validateSearch: (search: Record<string, unknown>): { connection?: string } => ({ connection: textOf(search.connection) }),
  component: lazyRouteComponent(() => import('./screen'), 'Action'),
})
