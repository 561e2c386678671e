import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useState, type FormEvent } from 'react'
import { api, unwrap, type Shape } from '@/api/client'
import { integrationChoicesQuery } from '@/api/queries'
import { asProblem } from '@/api/problem'
import { Button } from '@/components/button'
import { CopyButton } from '@/components/copy'
import { Dialog } from '@/components/dialog'
import { Field, Input, Select } from '@/components/field'
import { ProblemNotice } from '@/components/problem'
import { State } from '@/components/state'
import { Time } from '@/components/time'

const LOOK_MS = 2_000

/** A link by which somebody connects their own account, without a key of ours: good once, for an hour. */
export function ConnectLink({ integration, onClose }: { integration?: string; onClose: () => void }) {
  const [chosen, setChosen] = useState(integration ?? '')
  const [name, setName] = useState('default')
  const [tags, setTags] = useState('')
  const integrations = useQuery(integrationChoicesQuery())
  const make = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST('/connect-sessions', {
          body: { integrations: [chosen], connection: name, tags: tags.split(',').map((tag) => tag.trim()).filter(Boolean) },
        }),
      ),
  })
  if (make.data) return <Made made={make.data} onClose={onClose} />
  const faults = make.error ? asProblem(make.error).faults() : new Map<string, string>()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    make.mutate()
  }
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title="Make a connect link" description="Its receiver connects an account of their own, on a page of ours, and needs no API key.">
      <form onSubmit={submit} className="space-y-4">
        <Field label="Integration" error={faults.get('/integrations') ?? faults.get('/integrations/0')}>
          {(control) => (
            <Select {...control} required value={chosen} onChange={(event) => setChosen(event.target.value)}>
              <option value="">Choose one</option>
              {integrations.data?.filter(({ auth }) => auth.type !== 'none').map(({ name: one }) => <option key={one}>{one}</option>)}
            </Select>
          )}
        </Field>
        <Field label="Name of the connection" hint="Such as the customer’s id. If there is one of this name, it is connected again." error={faults.get('/connection')}>
          {(control) => <Input {...control} required value={name} onChange={(event) => setName(event.target.value)} className="font-mono" />}
        </Field>
        <Field label="Tags" optional hint="Separated by commas." error={faults.get('/tags')}>
          {(control) => <Input {...control} value={tags} onChange={(event) => setTags(event.target.value)} />}
        </Field>
        {make.error && <ProblemNotice error={make.error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" needs="connections:write" busy={make.isPending} disabled={!chosen}>
            Make the link
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

/** The link, shown once, and what has become of it. */
function Made({ made, onClose }: { made: Shape['CreatedConnectSession']; onClose: () => void }) {
  const queries = useQueryClient()
  const session = useQuery({
    queryKey: ['connect-sessions', made.id],
    queryFn: () => unwrap(api.GET('/connect-sessions/{session}', { params: { path: { session: made.id } } })),
    initialData: made as Shape['ConnectSession'],
    refetchInterval: ({ state }) => (state.data?.status === 'open' ? LOOK_MS : false),
  })
  const { status, reason, connected } = session.data
  useEffect(() => {
    if (status === 'connected') void queries.invalidateQueries({ queryKey: ['connections'] })
  }, [status, queries])
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title="The connect link" description="Send it to the account’s owner. It works once, and is not shown again.">
      <div className="space-y-4 text-sm">
        <div className="flex items-center gap-2 rounded-md border border-line bg-sunk p-3">
          <code className="min-w-0 flex-1 font-mono text-xs break-all select-all">{made.url}</code>
          <CopyButton text={made.url} label="Copy the link" />
        </div>
        <div role="status" className="flex flex-wrap items-center gap-x-3 gap-y-1">
          {status === 'open' && (
            <State tone="accent" busy>
              waits for the account’s owner
            </State>
          )}
          {status === 'connected' && <State tone="ok">connected</State>}
          {status === 'expired' && <State tone="bad">expired</State>}
          {status === 'open' && (
            <span className="text-muted">
              good until <Time at={made.expires_at} exact />
            </span>
          )}
        </div>
        {reason && <p className="text-bad">The latest try came to nothing: {reason}</p>}
        <div className="flex justify-end gap-2">
          {connected ? (
            <Button look="primary" asChild>
              <Link to="/connections/$integration/$connection" params={{ integration: connected.integration, connection: connected.connection }}>
                Open the connection
              </Link>
            </Button>
          ) : (
            <Button onClick={onClose}>Close</Button>
          )}
        </div>
      </div>
    </Dialog>
  )
}
