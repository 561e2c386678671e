import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { shellRoute } from '@/app/root'
import { oneOf, textOf } from '@/app/search'
import { SPANS, type Span } from './spans'

export const route = createRoute({
  getParentRoute: () => shellRoute,
  path: '/usage',
  validateSearch: (search: Record<string, unknown>): { integration?: string; span?: Span } => ({
    integration: textOf(search.integration),
    span: oneOf(search.span, Object.keys(SPANS) as Span[]),
  }),
  component: lazyRouteComponent(() => import('./screen'), 'Usage'),
})
