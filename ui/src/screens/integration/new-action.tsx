import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { api, unwrap } from '@/api/client'
import { asProblem } from '@/api/problem'
import { Button } from '@/components/button'
import { Dialog } from '@/components/dialog'
import { Field, Input } from '@/components/field'
import { ProblemNotice } from '@/components/problem'
import { actionOf, nameOfAction, type Operation } from '@/screens/add/first-action'
import { OperationFields } from '@/screens/add/operation-fields'

/** An action written by hand: begun with its method and path. */
export default function NewAction({ integration, onClose }: { integration: string; onClose: () => void }) {
  const [operation, setOperation] = useState<Operation>({ method: 'GET', path: '' })
  const [ownName, setOwnName] = useState<string | null>(null)
  const navigate = useNavigate()
  const queries = useQueryClient()
  const name = ownName ?? (operation.path.trim() ? nameOfAction(operation) : '')
  const create = useMutation({
    mutationFn: async () => {
      const params = { path: { integration, action: name } }
      const known = await api.GET('/actions/{integration}/{action}', { params })
      if (known.response.ok) throw new Error(`There is an action ${name} already: choose another name.`)
      return unwrap(api.PUT('/actions/{integration}/{action}', { params, body: actionOf(operation) }))
    },
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['actions'] })
      void navigate({ to: '/integrations/$integration/actions/$action', params: { integration, action: name } })
    },
  })
  const faults = create.error ? asProblem(create.error).faults() : new Map<string, string>()
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title="Add an action" description="Its schemas are written afterwards, on its own page.">
      <div className="space-y-4">
        <OperationFields value={operation} onChange={setOperation} hint="{names} become inputs." fault={faults.get('/path')} />
        <Field label="Name" hint="How apps call it." error={faults.get('/name')}>
          {(control) => <Input {...control} value={name} onChange={(event) => setOwnName(event.target.value)} className="font-mono" />}
        </Field>
        {create.error && <ProblemNotice error={create.error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" needs="registry:write" busy={create.isPending} disabled={!name || !operation.path.trim()} onClick={() => create.mutate()}>
            Add it
          </Button>
        </div>
      </div>
    </Dialog>
  )
}
