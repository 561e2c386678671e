import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { shellRoute } from '@/app/root'
import { textOf } from '@/app/search'

export const route = createRoute({
  getParentRoute: () => shellRoute,
  path: '/connections',
  validateSearch: (search: Record<string, unknown>): { integration?: string; tag?: string } => ({
    integration: textOf(search.integration),
    tag: textOf(search.tag),
  }),
  component: lazyRouteComponent(() => import('./screen'), 'Connections'),
})
