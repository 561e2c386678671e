import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { shellRoute } from '@/app/root'

export const route = createRoute({
  getParentRoute: () => shellRoute,
  path: '/connections/new',
  component: lazyRouteComponent(() => import('./screen'), 'NewConnection'),
})
