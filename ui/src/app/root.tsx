import type { QueryClient } from '@tanstack/react-query'
import { createRootRouteWithContext, createRoute, Outlet, redirect } from '@tanstack/react-router'
import { currentSession } from './session'
import { Shell } from './shell'

/** The root of all routes. */
export const rootRoute = createRootRouteWithContext<{ queries: QueryClient }>()({ component: Outlet })

/** The parent of every screen behind sign-in: the frame around it, and the guard in front of it. */
export const shellRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'shell',
  component: Shell,
  beforeLoad: ({ location }) => {
    if (!currentSession()) throw redirect({ to: '/sign-in', search: { next: location.href }, replace: true })
  },
})
