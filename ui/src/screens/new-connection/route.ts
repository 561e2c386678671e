import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { shellRoute } from '@/app/root'
import { textOf } from '@/app/search'

export const route = createRoute({
  getParentRoute: () => shellRoute,
  path: '/connections/new',
  validateSearch: (search: Record<string, unknown>): { integration?: string } => ({ integration: textOf(search.integration) }),
  component: lazyRouteComponent(() => import('./screen'), 'NewConnection'),
})
