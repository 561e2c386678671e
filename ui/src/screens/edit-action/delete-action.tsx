import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { api, unwrap } from '@/api/client'
import { outdated } from '@/api/stale'
import { DeleteSection } from '@/components/delete-section'
import type { Action } from './fields'

/** The end of an action. */
export function DeleteAction({ action: { integration, name } }: { action: Action }) {
  const queries = useQueryClient()
  const navigate = useNavigate()
  return (
    <DeleteSection
      name={name}
      about="The log of its calls stays until it expires."
      onDelete={async () => {
        await unwrap(api.DELETE('/actions/{integration}/{action}', { params: { path: { integration, action: name } } }))
        void navigate({ to: '/integrations/$integration', params: { integration } })
        void outdated(queries, 'actions', 'tags')
      }}
    >
      Apps that call it are refused. Reading the documentation again proposes it anew.
    </DeleteSection>
  )
}
