import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { actionQuery, connectionsQuery, integrationQuery } from '@/api/queries'
import { shellRoute } from '@/app/root'
import { textOf } from '@/app/search'
import { soon } from '@/app/soon'
import { recentQuery } from './recent'

export const route = createRoute({
  getParentRoute: () => shellRoute,
  path: '/integrations/$integration/actions/$action',
  validateSearch: (search: Record<string, unknown>): { connection?: string } => ({ connection: textOf(search.connection) }),
  loader: ({ context: { queries }, params: { integration, action } }) =>
    soon(() => {
      void queries.prefetchQuery(actionQuery(integration, action))
      void queries.prefetchQuery(integrationQuery(integration))
      void queries.prefetchQuery(connectionsQuery(integration))
      void queries.prefetchQuery(recentQuery(integration, action))
    }),
  component: lazyRouteComponent(() => import('./screen'), 'Action'),
})
