import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { integrationQuery } from '@/api/queries'
import { SkeletonLines } from '@/components/skeleton'
import { DeleteIntegration } from './delete-integration'
import { SettingsForm } from './settings-form'

/** What its owner says about an integration. */
export function Settings() {
  const { integration } = useParams({ from: '/shell/integrations/$integration/settings' })
  const { data } = useQuery(integrationQuery(integration))
  if (!data) return <SkeletonLines count={10} />
  return (
    <div className="max-w-3xl space-y-6">
      <SettingsForm key={data.name} stored={data} />
      <DeleteIntegration integration={data} />
    </div>
  )
}
