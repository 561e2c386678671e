import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { shellRoute } from '@/app/root'
import { oneOf, textOf } from '@/app/search'

export const WAYS = ['url', 'file', 'paste', 'hand'] as const
export type Way = (typeof WAYS)[number]

export const route = createRoute({
  getParentRoute: () => shellRoute,
  path: '/add',
  validateSearch: (search: Record<string, unknown>): { way?: Way; url?: string; name?: string } => ({
    way: oneOf(search.way, WAYS),
    url: textOf(search.url),
    name: textOf(search.name),
  }),
  component: lazyRouteComponent(() => import('./screen'), 'Add'),
})
