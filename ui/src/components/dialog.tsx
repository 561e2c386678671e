import { Dialog as Radix } from 'radix-ui'
import { X } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import { Button } from './button'
import { cx } from './classes'
import { ProblemNotice } from './problem'

type Props = {
  open: boolean
  onOpenChange: (open: boolean) => void
  title: string
  description?: ReactNode
  wide?: boolean
  children: ReactNode
}

/** A modal dialog: focus stays inside and goes back where it was; Escape closes it. */
export function Dialog({ open, onOpenChange, title, description, wide, children }: Props) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-black/40" />
        <Radix.Content
          {...(description ? {} : { 'aria-describedby': undefined })}
          className={cx(
            'panel fixed top-[8vh] left-1/2 z-50 max-h-[84vh] w-[calc(100vw-2rem)] -translate-x-1/2 overflow-y-auto p-5 shadow-xl',
            wide ? 'max-w-3xl' : 'max-w-lg',
          )}
        >
          <div className="mb-4 flex items-start gap-3">
            <div className="min-w-0 flex-1">
              <Radix.Title className="text-lg font-semibold">{title}</Radix.Title>
              {description && <Radix.Description className="mt-1 text-sm text-muted">{description}</Radix.Description>}
            </div>
            <Radix.Close asChild>
              <Button look="quiet" size="icon" aria-label="Close">
                <X aria-hidden className="size-4" />
              </Button>
            </Radix.Close>
          </div>
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

type ConfirmProps = {
  open: boolean
  onOpenChange: (open: boolean) => void
  title: string
  /** What will be gone or changed, and whether that can be undone. */
  children: ReactNode
  /** The verb on the button: “Delete demo”, never “OK”. */
  verb: string
  onConfirm: () => Promise<unknown>
}

/** Asks before something that cannot be undone. A failure stays in the dialog. */
export function Confirm({ open, onOpenChange, title, children, verb, onConfirm }: ConfirmProps) {
  const [state, setState] = useState<{ busy: boolean; error?: unknown }>({ busy: false })
  const close = (next: boolean) => {
    if (state.busy) return
    setState({ busy: false })
    onOpenChange(next)
  }
  const confirm = async () => {
    setState({ busy: true })
    try {
      await onConfirm()
      setState({ busy: false })
      onOpenChange(false)
    } catch (error) {
      setState({ busy: false, error })
    }
  }
  return (
    <Dialog open={open} onOpenChange={close} title={title}>
      <div className="space-y-4 text-sm">
        <div>{children}</div>
        {state.error !== undefined && <ProblemNotice error={state.error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={() => close(false)}>Cancel</Button>
          <Button look="danger" busy={state.busy} onClick={confirm}>
            {verb}
          </Button>
        </div>
      </div>
    </Dialog>
  )
}
