import { Link, useParams } from '@tanstack/react-router'
import { Link2, Plus } from 'lucide-react'
import { useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import { integrationQuery } from '@/api/queries'
import { Button } from '@/components/button'
import { Empty } from '@/components/empty'
import { ConnectLink } from '@/screens/connections/connect-link'
import { ConnectionTable } from '@/screens/connections/connection-table'
import { Clients } from './clients'

/** The accounts of one integration, and the OAuth clients that ask for them. */
export function Connections() {
  const { integration } = useParams({ from: '/shell/integrations/$integration/connections' })
  const { data } = useQuery(integrationQuery(integration))
  const [isLinking, setLinking] = useState(false)
  const add = (
    <Button look="primary" asChild needs="connections:write">
      <Link to="/connections/new" search={{ integration }}>
        <Plus aria-hidden className="size-4" />
        New connection
      </Link>
    </Button>
  )
  return (
    <div className="space-y-6">
      <div>
        <div className="mb-3 flex flex-wrap justify-end gap-2">
          {data?.auth.type !== 'none' && (
            <Button needs="connections:write" onClick={() => setLinking(true)}>
              <Link2 aria-hidden className="size-4" />
              Connect link
            </Button>
          )}
          {add}
        </div>
        <ConnectionTable
          integration={integration}
          empty={
            <Empty title={data?.auth.type === 'none' ? 'It needs no connection' : 'No connections yet'} action={data?.auth.type === 'none' ? undefined : add}>
              {data?.auth.type === 'none' ? 'Its calls carry no credential.' : 'Its actions can be called once an account is connected.'}
            </Empty>
          }
        />
      </div>
      {data?.auth.type === 'oauth2' && <Clients integration={data} />}
      {isLinking && <ConnectLink integration={integration} onClose={() => setLinking(false)} />}
    </div>
  )
}
