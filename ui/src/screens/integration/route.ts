import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { shellRoute } from '@/app/root'
import { textOf } from '@/app/search'

const integration = createRoute({
  getParentRoute: () => shellRoute,
  path: '/integrations/$integration',
  component: lazyRouteComponent(() => import('./screen'), 'Integration'),
})

const actions = createRoute({
  getParentRoute: () => integration,
  path: '/',
  validateSearch: (search: Record<string, unknown>): { q?: string; tag?: string } => ({ q: textOf(search.q), tag: textOf(search.tag) }),
  component: lazyRouteComponent(() => import('./actions'), 'Actions'),
})

const connections = createRoute({
  getParentRoute: () => integration,
  path: '/connections',
  component: lazyRouteComponent(() => import('./connections'), 'Connections'),
})

const settings = createRoute({
  getParentRoute: () => integration,
  path: '/settings',
  component: lazyRouteComponent(() => import('./settings'), 'Settings'),
})

const health = createRoute({
  getParentRoute: () => integration,
  path: '/health',
  component: lazyRouteComponent(() => import('./health'), 'Health'),
})

export const route = integration.addChildren([actions, connections, settings, health])
