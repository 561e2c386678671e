import './index.css'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode, startTransition } from 'react'
import { createRoot } from 'react-dom/client'
import { connect } from './api/client'
import { loadConfig } from './app/config'
import { createQueryClient } from './app/query-client'
import { createConsoleRouter } from './app/router'
import { currentSession, onSession, startSession } from './app/session'
import { soon } from './app/soon'
import { ProblemNotice } from './components/problem'

const root = createRoot(document.getElementById('root')!)

async function start() {
  const config = await loadConfig()
  connect(config.api)
  startSession(config.key)
  const queries = createQueryClient()
  const router = createConsoleRouter(queries)
  onSession(() => {
    // What one key has read is not for the next one; the screens that show it go first, or they would read it again.
    void router.invalidate().then(() => currentSession() || queries.clear())
  })
  // As a transition, so that the browser gets a turn now and then.
  soon(() =>
    startTransition(() =>
      root.render(
        <StrictMode>
          <QueryClientProvider client={queries}>
            <RouterProvider router={router} />
          </QueryClientProvider>
        </StrictMode>,
      ),
    ),
  )
}

start().catch((error: unknown) =>
  root.render(
    <main className="mx-auto max-w-xl p-6">
      <ProblemNotice error={error} retry={() => location.reload()} />
    </main>,
  ),
)
