import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { integrationChoicesQuery, integrationQuery } from '@/api/queries'
import { Field, Select } from '@/components/field'
import { Page } from '@/components/page'
import { ProblemNotice } from '@/components/problem'
import { SkeletonLines } from '@/components/skeleton'
import { ConnectForm } from './connect-form'

/** Connects an account: which integration, then whatever its auth type asks for. */
export function NewConnection() {
  const { integration = '', name } = useSearch({ from: '/shell/connections/new' })
  const navigate = useNavigate({ from: '/connections/new' })
  const integrations = useQuery(integrationChoicesQuery())
  const facts = useQuery({ ...integrationQuery(integration), enabled: integration !== '' })
  return (
    <Page title={name ? `Connect ${name} again` : 'New connection'} trail={<Link to="/connections">Connections</Link>}>
      <div className="max-w-2xl space-y-4">
        <Field label="Integration">
          {(control) => (
            <Select
              {...control}
              value={integration}
              disabled={Boolean(name)}
              onChange={(event) => void navigate({ search: { integration: event.target.value || undefined }, replace: true })}
            >
              <option value="">Choose one</option>
              {integration && !integrations.data?.some((one) => one.name === integration) && <option>{integration}</option>}
              {integrations.data?.map((one) => (
                <option key={one.name} value={one.name}>
                  {one.title && one.title !== one.name ? `${one.name} (${one.title})` : one.name}
                </option>
              ))}
            </Select>
          )}
        </Field>
        {facts.error && <ProblemNotice error={facts.error} retry={() => void facts.refetch()} />}
        {integration && facts.isPending && <SkeletonLines count={5} />}
        {facts.data && <ConnectForm key={integration} integration={facts.data} name={name} />}
      </div>
    </Page>
  )
}
