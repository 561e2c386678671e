import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { shellRoute } from '@/app/root'

export const route = createRoute({
  getParentRoute: () => shellRoute,
  path: '/jobs/$job',
  component: lazyRouteComponent(() => import('./screen'), 'Job'),
})
