import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { api, unwrap } from '@/api/client'
import { outdated } from '@/api/stale'
import { Button } from '@/components/button'
import { Confirm } from '@/components/dialog'
import type { Action } from './fields'

/** The end of an action. */
export function DeleteAction({ action: { integration, name } }: { action: Action }) {
  const [isAsking, setAsking] = useState(false)
  const queries = useQueryClient()
  const navigate = useNavigate()
  return (
    <section aria-label="Delete" className="flex flex-wrap items-center justify-between gap-3 rounded-md border border-bad/40 p-4 text-sm">
      <p>The log of its calls stays until it expires.</p>
      <Button look="danger" needs="registry:write" onClick={() => setAsking(true)}>
        Delete {name} …
      </Button>
      <Confirm
        open={isAsking}
        onOpenChange={setAsking}
        title={`Delete ${name}?`}
        verb={`Delete ${name}`}
        onConfirm={async () => {
          await unwrap(api.DELETE('/actions/{integration}/{action}', { params: { path: { integration, action: name } } }))
          void navigate({ to: '/integrations/$integration', params: { integration } })
          void outdated(queries, 'actions', 'tags')
        }}
      >
        Apps that call it are refused. Reading the documentation again proposes it anew.
      </Confirm>
    </section>
  )
}
