import { createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router'
import { rootRoute } from '@/app/root'
import { currentSession } from '@/app/session'

/** Only a place in the console: what stands behind the `#`. */
const placeOf = (next: unknown) => (typeof next === 'string' && /^\/(?![/\\])/.test(next) ? next : undefined)

export const route = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  validateSearch: (search: Record<string, unknown>): { next?: string } => ({ next: placeOf(search.next) }),
  beforeLoad: ({ search }) => {
    if (currentSession()) throw redirect({ href: search.next ?? '/integrations', replace: true })
  },
  component: lazyRouteComponent(() => import('./screen'), 'SignIn'),
})
