import { CircleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { asProblem } from '@/api/problem'
import { Button } from './button'
import { Copyable } from './copy'

type Props = {
  error: unknown
  /** Offered where trying again may help. */
  retry?: () => void
  /** Faults with a place of their own on the screen are not repeated here. */
  hideFaults?: boolean
  children?: ReactNode
}

/** An error at its place: what, why, what to do next, and the request id to quote. */
export function ProblemNotice({ error, retry, hideFaults, children }: Props) {
  const { body } = asProblem(error)
  return (
    <div role="alert" className="rounded-md border border-bad/40 bg-raised p-3 text-sm">
      <p className="flex items-start gap-2 font-medium text-bad">
        <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
        <span>
          {body.title} <code className="font-mono text-xs font-normal">{body.status ? `${body.status} ${body.code}` : body.code}</code>
        </span>
      </p>
      <div className="mt-1 space-y-1.5 pl-6">
        {body.detail && <p className="wrap-anywhere">{body.detail}</p>}
        {!hideFaults && !!body.errors?.length && (
          <ul className="space-y-0.5">
            {body.errors.map((fault) => (
              <li key={fault.pointer + fault.code} className="wrap-anywhere">
                <code className="font-mono text-xs">{fault.pointer || '/'}</code> {fault.detail}
              </li>
            ))}
          </ul>
        )}
        {body.suggested_fix && (
          <p className="wrap-anywhere">
            <span className="font-medium">What to do: </span>
            {body.suggested_fix}
          </p>
        )}
        {children}
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-muted">
          {body.request_id && (
            <span className="inline-flex flex-wrap items-center gap-1 text-xs">
              Request <Copyable text={body.request_id} label="Copy the request id" />
            </span>
          )}
          {retry && (
            <Button size="small" onClick={retry}>
              Try again
            </Button>
          )}
        </div>
      </div>
    </div>
  )
}
