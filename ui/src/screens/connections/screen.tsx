import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Link2, Plus } from 'lucide-react'
import { useState } from 'react'
import { integrationChoicesQuery } from '@/api/queries'
import { Button } from '@/components/button'
import { Empty } from '@/components/empty'
import { Input, Select } from '@/components/field'
import { Page } from '@/components/page'
import { ConnectLink } from './connect-link'
import { ConnectionTable } from './connection-table'

/** Every account that is connected, and what has become of it. */
export function Connections() {
  const { integration, tag } = useSearch({ from: '/shell/connections' })
  const navigate = useNavigate({ from: '/connections' })
  const [isLinking, setLinking] = useState(false)
  const integrations = useQuery(integrationChoicesQuery())
  const filter = (change: { integration?: string; tag?: string }) =>
    void navigate({ search: (now) => ({ ...now, ...change }), replace: true })
  return (
    <Page
      title="Connections"
      actions={
        <>
          <Button needs="connections:write" onClick={() => setLinking(true)}>
            <Link2 aria-hidden className="size-4" />
            Connect link
          </Button>
          <NewButton integration={integration} />
        </>
      }
    >
      <div className="mb-3 flex flex-wrap gap-2">
        <Select aria-label="Integration" value={integration ?? ''} onChange={(event) => filter({ integration: event.target.value || undefined })} className="w-auto!">
          <option value="">All integrations</option>
          {integrations.data?.map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
        </Select>
        <Input aria-label="Tag" placeholder="Tag" value={tag ?? ''} onChange={(event) => filter({ tag: event.target.value || undefined })} className="w-36!" />
      </div>
      <ConnectionTable
        integration={integration}
        tag={tag}
        empty={
          integration || tag ? (
            <Empty title="No connection answers that" action={<Button onClick={() => filter({ integration: undefined, tag: undefined })}>Clear the filter</Button>} />
          ) : (
            <Empty title="No connections yet" action={<NewButton />}>
              A connection holds the credential of one account, sealed. Or hand a connect link to the account’s owner.
            </Empty>
          )
        }
      />
      {isLinking && <ConnectLink integration={integration} onClose={() => setLinking(false)} />}
    </Page>
  )
}

const NewButton = ({ integration }: { integration?: string }) => (
  <Button look="primary" asChild needs="connections:write">
    <Link to="/connections/new" search={{ integration }}>
      <Plus aria-hidden className="size-4" />
      New connection
    </Link>
  </Button>
)
