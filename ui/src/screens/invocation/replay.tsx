import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { RotateCw } from 'lucide-react'
import { useState } from 'react'
import { api, unwrap } from '@/api/client'
import { asProblem } from '@/api/problem'
import { Button } from '@/components/button'
import { Dialog } from '@/components/dialog'
import { JsonView } from '@/components/json-view'
import { ProblemNotice } from '@/components/problem'
import { State } from '@/components/state'
import type { Call } from './recorded'

/** Runs a recorded call again, after saying what that means; what comes of it stays in the dialog. */
export function Replay({ call, isRead }: { call: Call; isRead: boolean }) {
  const [isOpen, setOpen] = useState(false)
  const queries = useQueryClient()
  const replay = useMutation({
    mutationFn: () => unwrap(api.POST('/invocations/{request}/replay', { params: { path: { request: call.request_id } } })),
    onSettled: () => void queries.invalidateQueries({ queryKey: ['invocations'] }),
  })
  const close = (open: boolean) => {
    setOpen(open)
    if (!open) replay.reset()
  }
  const id = replay.data?.meta.request_id ?? (replay.error ? asProblem(replay.error).body.request_id : undefined)
  const isMade = replay.isSuccess || (replay.error && asProblem(replay.error).body.upstream)
  return (
    <>
      <Button needs="invoke" onClick={() => setOpen(true)}>
        <RotateCw aria-hidden className="size-3.5" />
        Replay
      </Button>
      <Dialog open={isOpen} onOpenChange={close} title={`Replay ${call.integration}/${call.action}`} wide>
        <div className="space-y-4 text-sm">
          <p>
            The recorded input is sent again with the connection <strong>{call.connection ?? '(none)'}</strong>, as a new call.
            {!isRead && ' This action changes something in the real account.'}
          </p>
          {replay.data && (
            <>
              <State tone="ok">{replay.data.meta.upstream?.status ?? 'Done'}</State>
              <JsonView label="Data" text={JSON.stringify(replay.data.data, null, 2) ?? 'null'} />
            </>
          )}
          {replay.error && <ProblemNotice error={replay.error} />}
          <div className="flex flex-wrap justify-end gap-2">
            {isMade && id && (
              <Button asChild>
                <Link to="/invocations/$request" params={{ request: id }} onClick={() => close(false)}>
                  Open the new call
                </Link>
              </Button>
            )}
            <Button look="primary" busy={replay.isPending} onClick={() => replay.mutate()}>
              {isRead ? 'Replay' : 'Replay against the real account'}
            </Button>
          </div>
        </div>
      </Dialog>
    </>
  )
}
