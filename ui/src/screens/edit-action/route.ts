import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { wholeActionQuery } from '@/api/queries'
import { shellRoute } from '@/app/root'
import { soon } from '@/app/soon'

export const route = createRoute({
  getParentRoute: () => shellRoute,
  path: '/integrations/$integration/actions/$action/edit',
  loader: ({ context: { queries }, params: { integration, action } }) =>
    soon(() => {
      void queries.prefetchQuery(wholeActionQuery(integration, action))
    }),
  component: lazyRouteComponent(() => import('./screen'), 'EditAction'),
})
