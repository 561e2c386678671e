import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { api, unwrap } from '@/api/client'
import { asProblem } from '@/api/problem'
import { Button } from '@/components/button'
import { Dialog } from '@/components/dialog'
import { Field, Input, Select } from '@/components/field'
import { ProblemNotice } from '@/components/problem'
import { actionOf, METHODS, nameOfAction } from '@/screens/add/first-action'

/** An action written by hand: begun with its method and path. */
export function NewAction({ integration, onClose }: { integration: string; onClose: () => void }) {
  const [method, setMethod] = useState<(typeof METHODS)[number]>('GET')
  const [path, setPath] = useState('')
  const [ownName, setOwnName] = useState<string | null>(null)
  const navigate = useNavigate()
  const queries = useQueryClient()
  const name = ownName ?? (path.trim() ? nameOfAction(method, path) : '')
  const create = useMutation({
    mutationFn: async () => {
      const params = { path: { integration, action: name } }
      const known = await api.GET('/actions/{integration}/{action}', { params })
      if (known.response.ok) throw new Error(`There is an action ${name} already: choose another name.`)
      return unwrap(api.PUT('/actions/{integration}/{action}', { params, body: actionOf(method, path.trim()) }))
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
        <div className="grid gap-4 sm:grid-cols-[8rem_minmax(0,1fr)]">
          <Field label="Method">
            {(control) => (
              <Select {...control} value={method} onChange={(event) => setMethod(event.target.value as typeof method)}>
                {METHODS.map((one) => (
                  <option key={one}>{one}</option>
                ))}
              </Select>
            )}
          </Field>
          <Field label="Path" hint="{names} become inputs." error={faults.get('/path')}>
            {(control) => <Input {...control} value={path} onChange={(event) => setPath(event.target.value)} placeholder="/users/{id}" className="font-mono" />}
          </Field>
        </div>
        <Field label="Name" hint="How apps call it." error={faults.get('/name')}>
          {(control) => <Input {...control} value={name} onChange={(event) => setOwnName(event.target.value)} className="font-mono" />}
        </Field>
        {create.error && <ProblemNotice error={create.error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" needs="registry:write" busy={create.isPending} disabled={!name || !path.trim()} onClick={() => create.mutate()}>
            Add it
          </Button>
        </div>
      </div>
    </Dialog>
  )
}
