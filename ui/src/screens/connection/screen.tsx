import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { api, unwrap, type Shape } from '@/api/client'
import { outdated } from '@/api/stale'
import { Button } from '@/components/button'
import { Confirm } from '@/components/dialog'
import { Facts } from '@/components/facts'
import { Page } from '@/components/page'
import { ProblemNotice } from '@/components/problem'
import { SkeletonLines } from '@/components/skeleton'
import { State } from '@/components/state'
import { Time } from '@/components/time'
import { VerdictNotice } from '@/components/verdict'
import { ConnectionState } from '@/screens/connections/status'
import { AuditTrail } from './audit-trail'
import { Settings } from './settings'

/** One account: its state and why, what can be done about it, and who has touched its credential. */
export function Connection() {
  const path = useParams({ from: '/shell/connections/$integration/$connection' })
  const { integration, connection } = path
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [isDeleting, setDeleting] = useState(false)
  const query = useQuery({
    queryKey: ['connections', 'one', integration, connection],
    queryFn: () => unwrap(api.GET('/connections/{integration}/{connection}', { params: { path } })),
    refetchInterval: 15_000,
  })
  const changed = () => {
    void outdated(queries, 'connections', 'audit', 'integrations')
  }
  const test = useMutation({
    mutationFn: () => unwrap(api.POST('/connections/{integration}/{connection}/test', { params: { path }, body: {} })),
    onSettled: changed,
  })
  const refresh = useMutation({
    mutationFn: () => unwrap(api.POST('/connections/{integration}/{connection}/refresh', { params: { path } })),
    onSettled: changed,
  })
  const enable = useMutation({
    mutationFn: (enabled: boolean) => unwrap(api.PATCH('/connections/{integration}/{connection}', { params: { path }, body: { enabled } })),
    onSettled: changed,
  })
  const row = query.data
  const error = refresh.error ?? enable.error ?? test.error
  return (
    <Page
      title={connection}
      beside={row && <ConnectionState connection={row} />}
      trail={
        <>
          <Link to="/connections">Connections</Link> / <Link to="/integrations/$integration/connections" params={{ integration }}>{integration}</Link>
        </>
      }
      actions={
        row && (
          <>
            <Button needs="connections:write" busy={test.isPending} onClick={() => test.mutate()}>
              Test
            </Button>
            {row.auth_type === 'oauth2' && (
              <Button needs="connections:write" busy={refresh.isPending} onClick={() => refresh.mutate()}>
                Refresh now
              </Button>
            )}
            <Button asChild look={row.status === 'needs_reauth' ? 'primary' : 'plain'} needs="connections:write">
              <Link to="/connections/new" search={{ integration, name: connection }}>
                {row.auth_type === 'oauth2' ? 'Reconnect' : 'Replace the credential'}
              </Link>
            </Button>
            <Button needs="connections:write" busy={enable.isPending} onClick={() => enable.mutate(row.status === 'disabled')}>
              {row.status === 'disabled' ? 'Switch on' : 'Switch off'}
            </Button>
            <Button look="danger" needs="connections:write" onClick={() => setDeleting(true)}>
              Delete
            </Button>
          </>
        )
      }
    >
      {query.error ? (
        <ProblemNotice error={query.error} retry={() => void query.refetch()} />
      ) : !row ? (
        <div className="panel p-4">
          <SkeletonLines count={8} />
        </div>
      ) : (
        <div className="space-y-4">
          {error && <ProblemNotice error={error} />}
          {test.data && <VerdictNotice verdict={test.data} />}
          <Told row={row} />
          <Settings stored={row} />
          <AuditTrail integration={integration} connection={connection} since={row.created_at} />
        </div>
      )}
      <Confirm
        open={isDeleting}
        onOpenChange={setDeleting}
        title={`Delete ${connection}?`}
        verb={`Delete ${connection}`}
        onConfirm={async () => {
          await unwrap(api.DELETE('/connections/{integration}/{connection}', { params: { path } }))
          changed()
          void navigate({ to: '/integrations/$integration/connections', params: { integration } })
        }}
      >
        Its credential is gone with it{row?.auth_type === 'oauth2' && ', and its tokens are revoked at the provider where that can be done'}. Calls that name it are refused. That cannot be undone.
      </Confirm>
    </Page>
  )
}

function Told({ row }: { row: Shape['Connection'] }) {
  return (
    <section aria-label="Facts" className="panel space-y-3 p-4">
      {row.reason && (
        <p className="text-sm wrap-anywhere">
          <span className="font-medium">Why: </span>
          {row.reason}
        </p>
      )}
      {row.warnings.map((warning) => (
        <p key={warning.code} className="text-sm wrap-anywhere">
          <State tone="warn">{warning.code.replaceAll('_', ' ')}</State> {warning.detail}
        </p>
      ))}
      <Facts
        items={[
          ['Auth', row.auth_type.replaceAll('_', ' ')],
          ['Client', row.client],
          ['Credential', row.secret ? <code key="secret" className="font-mono text-xs">{row.secret.last4 ? `…${row.secret.last4}` : 'sealed'} {row.secret.fingerprint && `(fingerprint ${row.secret.fingerprint})`}</code> : 'none'],
          ['Last verified', <Time key="verified" at={row.last_verified_at} none="never" />],
          ['Last refreshed', row.auth_type === 'oauth2' ? <Time key="refreshed" at={row.last_refreshed_at} none="never" /> : null],
          ['Next refresh', row.auth_type === 'oauth2' ? <Time key="next" at={row.next_refresh_at} none="none is due" /> : null],
          ['Expires', <Time key="expires" at={row.expires_at} none="not known" />],
          ['Created', <Time key="created" at={row.created_at} />],
          ['Changed', <Time key="changed" at={row.updated_at} />],
        ]}
      />
    </section>
  )
}
