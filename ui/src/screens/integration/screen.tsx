import { useQuery } from '@tanstack/react-query'
import { Link, Outlet, useParams } from '@tanstack/react-router'
import { integrationQuery } from '@/api/queries'
import { Button } from '@/components/button'
import { Page } from '@/components/page'
import { ProblemNotice } from '@/components/problem'
import { State } from '@/components/state'
import { LINK_TAB } from '@/components/tab-look'
import { stateOf } from '@/screens/integrations/health'
import { ExportMenu } from './export-menu'

const TABS = [
  { to: '/integrations/$integration', label: 'Actions', exact: true },
  { to: '/integrations/$integration/connections', label: 'Connections', exact: false },
  { to: '/integrations/$integration/settings', label: 'Settings', exact: false },
  { to: '/integrations/$integration/health', label: 'Health', exact: false },
] as const

/** One integration: its tabs are screens of their own. */
export function Integration() {
  const { integration } = useParams({ from: '/shell/integrations/$integration' })
  const { data, error, refetch } = useQuery(integrationQuery(integration))
  const state = data && stateOf(data)
  return (
    <Page
      title={data?.title || integration}
      beside={
        state && (
          <State tone={state.tone} title={state.why}>
            {state.word}
          </State>
        )
      }
      trail={<Link to="/integrations">Integrations</Link>}
      actions={
        <>
          <ExportMenu integration={integration} />
          <Button asChild needs="registry:write">
            <Link to="/add" search={{ name: integration }}>
              Read its documentation again
            </Link>
          </Button>
        </>
      }
    >
      {error ? (
        <ProblemNotice error={error} retry={() => void refetch()} />
      ) : (
        <>
          <p className="-mt-2 mb-3 min-h-4 font-mono text-xs text-muted wrap-anywhere">{data && (data.readable_host ? `${data.base_url} (${data.readable_host})` : data.base_url)}</p>
          <nav aria-label={`Parts of ${integration}`} className="mb-4 flex overflow-x-auto border-b border-line">
            {TABS.map(({ to, label, exact }) => (
              <Link key={to} to={to} params={{ integration }} activeOptions={{ exact }} activeProps={{ 'data-state': 'active' }} className={LINK_TAB}>
                {label}
              </Link>
            ))}
          </nav>
          <Outlet />
        </>
      )}
    </Page>
  )
}
