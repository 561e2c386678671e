import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { shellRoute } from '@/app/root'
import { textOf } from '@/app/search'

export const route = createRoute({
  getParentRoute: () => shellRoute,
  path: '/integrations',
  validateSearch: (search: Record<string, unknown>): { q?: string; tag?: string } => ({
    q: textOf(search.q),
    tag: textOf(search.tag),
  }),
  component: lazyRouteComponent(() => import('./screen'), 'Integrations'),
})
