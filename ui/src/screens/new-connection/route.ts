import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { shellRoute } from '@/app/root'
import { textOf } from '@/app/search'

export const route = createRoute({
  getParentRoute: () => shellRoute,
  path: '/connections/new',
  /** `name`: of a connection that is connected again. */
  validateSearch: (search: Record<string, unknown>): { integration?: string; name?: string } => ({
    integration: textOf(search.integration),
    name: textOf(search.name),
  }),
  component: lazyRouteComponent(() => import('./screen'), 'NewConnection'),
})
