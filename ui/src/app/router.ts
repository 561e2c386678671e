import type { QueryClient } from '@tanstack/react-query'
import { createHashHistory, createRouter } from '@tanstack/react-router'
import { NotFound, ScreenFailure, ScreenPending } from './failure'
import { routeTree } from './routes'

/** The addresses live behind the `#`, so the files can stand anywhere, on anything that serves files. */
export const createConsoleRouter = (queries: QueryClient) =>
  createRouter({
    routeTree,
    context: { queries },
    history: createHashHistory(),
    defaultPreload: 'intent',
    defaultRemountDeps: ({ params }) => params,
    defaultErrorComponent: ScreenFailure,
    defaultNotFoundComponent: NotFound,
    defaultPendingComponent: ScreenPending,
    defaultPendingMs: 150,
    scrollRestoration: true,
  })

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createConsoleRouter>
  }
}
