import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { integrationsPages, usageQuery } from '@/api/queries'
import { shellRoute } from '@/app/root'
import { textOf } from '@/app/search'
import { soon } from '@/app/soon'

export const route = createRoute({
  getParentRoute: () => shellRoute,
  path: '/integrations',
  validateSearch: (search: Record<string, unknown>): { q?: string; tag?: string } => ({
    q: textOf(search.q),
    tag: textOf(search.tag),
  }),
  // Asked for while the screen's code is still on its way.
  loader: ({ context: { queries } }) =>
    soon(() => {
      void queries.prefetchInfiniteQuery(integrationsPages())
      void queries.prefetchQuery(usageQuery())
    }),
  component: lazyRouteComponent(() => import('./screen'), 'Integrations'),
})
