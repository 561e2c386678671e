import { useState, type ReactNode } from 'react'
import { Button } from './button'
import { Confirm } from './dialog'

type Props = {
  name: string
  /** What stands beside the button: what becomes of the rest. */
  about: string
  /** What is asked: what is gone then. */
  children: ReactNode
  onDelete: () => Promise<void>
}

/** The end of a thing, asked for twice. */
export function DeleteSection({ name, about, children, onDelete }: Props) {
  const [isAsking, setAsking] = useState(false)
  return (
    <section aria-label="Delete" className="flex flex-wrap items-center justify-between gap-3 rounded-md border border-bad/40 p-4 text-sm">
      <p>{about}</p>
      <Button look="danger" needs="registry:write" onClick={() => setAsking(true)}>
        Delete {name} …
      </Button>
      <Confirm open={isAsking} onOpenChange={setAsking} title={`Delete ${name}?`} verb={`Delete ${name}`} onConfirm={onDelete}>
        {children}
      </Confirm>
    </section>
  )
}
