import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { connectionsPages, integrationChoicesQuery } from '@/api/queries'
import { shellRoute } from '@/app/root'
import { textOf } from '@/app/search'
import { soon } from '@/app/soon'

export const route = createRoute({
  getParentRoute: () => shellRoute,
  path: '/connections',
  validateSearch: (search: Record<string, unknown>): { integration?: string; tag?: string } => ({
    integration: textOf(search.integration),
    tag: textOf(search.tag),
  }),
  loaderDeps: ({ search }) => search,
  loader: ({ context: { queries }, deps: { integration, tag } }) =>
    soon(() => {
      void queries.prefetchInfiniteQuery(connectionsPages(integration, tag))
      void queries.prefetchQuery(integrationChoicesQuery())
    }),
  component: lazyRouteComponent(() => import('./screen'), 'Connections'),
})
