import { createRoute, redirect } from '@tanstack/react-router'
import { route as action } from '@/screens/action/route'
import { route as add } from '@/screens/add/route'
import { route as apiKeys } from '@/screens/api-keys/route'
import { route as connection } from '@/screens/connection/route'
import { route as connections } from '@/screens/connections/route'
import { route as draft } from '@/screens/draft/route'
import { route as editAction } from '@/screens/edit-action/route'
import { route as integration } from '@/screens/integration/route'
import { route as integrations } from '@/screens/integrations/route'
import { route as invocation } from '@/screens/invocation/route'
import { route as invocations } from '@/screens/invocations/route'
import { route as job } from '@/screens/job/route'
import { route as jobs } from '@/screens/jobs/route'
import { route as newConnection } from '@/screens/new-connection/route'
import { route as signIn } from '@/screens/sign-in/route'
import { route as usage } from '@/screens/usage/route'
import { rootRoute, shellRoute } from './root'

const home = createRoute({
  getParentRoute: () => shellRoute,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/integrations', replace: true })
  },
})

/** Every screen, a line each. */
export const routeTree = rootRoute.addChildren([
  signIn,
  shellRoute.addChildren([
    home,
    integrations,
    integration,
    action,
    editAction,
    add,
    jobs,
    job,
    draft,
    connections,
    newConnection,
    connection,
    invocations,
    invocation,
    usage,
    apiKeys,
  ]),
])
