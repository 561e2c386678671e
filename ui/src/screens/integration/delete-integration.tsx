import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { api, unwrap, type Shape } from '@/api/client'
import { outdated } from '@/api/stale'
import { DeleteSection } from '@/components/delete-section'

/** The end of an integration, with all that belongs to it. */
export function DeleteIntegration({ integration: { name, connections } }: { integration: Shape['Integration'] }) {
  const queries = useQueryClient()
  const navigate = useNavigate()
  return (
    <DeleteSection
      name={name}
      about="Its actions and connections go with it. The log of its calls stays until it expires."
      onDelete={async () => {
        await unwrap(api.DELETE('/integrations/{integration}', { params: { path: { integration: name } } }))
        void navigate({ to: '/integrations' })
        void outdated(queries, 'integrations', 'actions', 'connections')
      }}
    >
      All its actions{connections > 0 && ` and ${connections} ${connections === 1 ? 'connection' : 'connections'}`} are gone, and apps that call it are refused. That cannot be undone.
    </DeleteSection>
  )
}
