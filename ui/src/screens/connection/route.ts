import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { shellRoute } from '@/app/root'

export const route = createRoute({
  getParentRoute: () => shellRoute,
  path: '/connections/$integration/$connection',
  component: lazyRouteComponent(() => import('./screen'), 'Connection'),
})
