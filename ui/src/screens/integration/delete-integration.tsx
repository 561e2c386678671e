import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { api, unwrap, type Shape } from '@/api/client'
import { outdated } from '@/api/stale'
import { Button } from '@/components/button'
import { Confirm } from '@/components/dialog'

/** The end of an integration, with all that belongs to it. */
export function DeleteIntegration({ integration: { name, connections } }: { integration: Shape['Integration'] }) {
  const [isAsking, setAsking] = useState(false)
  const queries = useQueryClient()
  const navigate = useNavigate()
  return (
    <section aria-label="Delete" className="flex flex-wrap items-center justify-between gap-3 rounded-md border border-bad/40 p-4 text-sm">
      <p>Its actions and connections go with it. The log of its calls stays until it expires.</p>
      <Button look="danger" needs="registry:write" onClick={() => setAsking(true)}>
        Delete {name} …
      </Button>
      <Confirm
        open={isAsking}
        onOpenChange={setAsking}
        title={`Delete ${name}?`}
        verb={`Delete ${name}`}
        onConfirm={async () => {
          await unwrap(api.DELETE('/integrations/{integration}', { params: { path: { integration: name } } }))
          void navigate({ to: '/integrations' })
          void outdated(queries, 'integrations', 'actions', 'connections')
        }}
      >
        All its actions{connections > 0 && ` and ${connections} ${connections === 1 ? 'connection' : 'connections'}`} are gone, and apps that call it are refused. That cannot be undone.
      </Confirm>
    </section>
  )
}
