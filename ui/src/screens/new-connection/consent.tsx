import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { api, unwrap, type Shape } from '@/api/client'
import { outdated } from '@/api/stale'
import { Problem } from '@/api/problem'
import { Button } from '@/components/button'
import { ProblemNotice } from '@/components/problem'
import { State } from '@/components/state'

const LOOK_MS = 1_500

type Props = {
  integration: Shape['Integration']
  name: string
  client: string
  settings: { config: Record<string, string>; tags: string[] }
}

/**
 * The consent of the account's owner, on the provider's own page in another tab. That tab tells its own result; this one
 * sees it by looking at the connection, since the console's opener policy (COOP) cuts the line between the two.
 */
export function Consent({ integration, name, client, settings }: Props) {
  const path = { integration: integration.name, connection: name }
  const [before, setBefore] = useState<string | null>(null)
  const navigate = useNavigate()
  const queries = useQueryClient()
  const start = useMutation({
    mutationFn: async () => {
      setBefore((await versionOf(path)) ?? 'none')
      return unwrap(
        api.POST('/connections/{integration}/{connection}/authorize', { params: { path }, body: { ...settings, ...(client && { client }) } }),
      )
    },
    onSuccess: ({ authorize_url }) => void open(authorize_url, '_blank', 'noopener'),
  })
  const isWaiting = start.isSuccess && before !== null
  const now = useQuery({
    queryKey: ['connections', 'awaited', path],
    queryFn: async () => (await versionOf(path)) ?? 'none',
    enabled: isWaiting,
    refetchInterval: LOOK_MS,
    refetchIntervalInBackground: true,
    gcTime: 0,
  })
  const isDone = isWaiting && now.data !== undefined && now.data !== before
  useEffect(() => {
    if (!isDone) return
    void outdated(queries, 'connections', 'integrations', 'audit')
    void navigate({ to: '/connections/$integration/$connection', params: { integration: integration.name, connection: name } })
  }, [isDone, integration.name, name, navigate, queries])
  return (
    <div className="space-y-3">
      {start.error && <ProblemNotice error={start.error} />}
      <Button look="primary" needs="connections:write" busy={start.isPending} onClick={() => start.mutate()}>
        {isWaiting ? 'Ask again' : 'Ask for consent'}
      </Button>
      {isWaiting ? (
        <div role="status" className="space-y-1 text-sm">
          <State tone="accent" busy>
            waits for the consent in the other tab
          </State>
          <p className="text-muted">
            No tab has opened? <a href={start.data.authorize_url} target="_blank" rel="noopener noreferrer" className="text-accent underline underline-offset-2">Open the provider’s page</a>. If it ends badly, that tab says why.
          </p>
        </div>
      ) : (
        <p className="text-xs text-muted">Opens the provider’s own page in another tab. Waygate never sees the password.</p>
      )}
    </div>
  )
}

/** The version of a connection that has a credential, as a text; null where there is none yet. */
async function versionOf(path: { integration: string; connection: string }): Promise<string | null> {
  try {
    const row = await unwrap(api.GET('/connections/{integration}/{connection}', { params: { path } }))
    return row.secret && String(row.version)
  } catch (error) {
    if (error instanceof Problem && error.body.status === 404) return null
    throw error
  }
}
