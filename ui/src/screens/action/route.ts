import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { shellRoute } from '@/app/root'

export const route = createRoute({
  getParentRoute: () => shellRoute,
  path: '/integrations/$integration/actions/$action',
  component: lazyRouteComponent(() => import('./screen'), 'Action'),
})
