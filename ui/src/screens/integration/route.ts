import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { actionsPages, connectionsPages, integrationQuery, tagsQuery } from '@/api/queries'
import { shellRoute } from '@/app/root'
import { textOf } from '@/app/search'
import { soon } from '@/app/soon'

const integration = createRoute({
  getParentRoute: () => shellRoute,
  path: '/integrations/$integration',
  loader: ({ context: { queries }, params: { integration } }) =>
    soon(() => {
      void queries.prefetchQuery(integrationQuery(integration))
    }),
  component: lazyRouteComponent(() => import('./screen'), 'Integration'),
})

const actions = createRoute({
  getParentRoute: () => integration,
  path: '/',
  validateSearch: (search: Record<string, unknown>): { q?: string; tag?: string } => ({ q: textOf(search.q), tag: textOf(search.tag) }),
  loaderDeps: ({ search }) => search,
  loader: ({ context: { queries }, params: { integration }, deps: { q, tag } }) =>
    soon(() => {
      void queries.prefetchInfiniteQuery(actionsPages(integration, q, tag))
      void queries.prefetchQuery(tagsQuery())
    }),
  component: lazyRouteComponent(() => import('./actions'), 'Actions'),
})

const connections = createRoute({
  getParentRoute: () => integration,
  path: '/connections',
  loader: ({ context: { queries }, params: { integration } }) =>
    soon(() => {
      void queries.prefetchInfiniteQuery(connectionsPages(integration))
    }),
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
