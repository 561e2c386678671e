import { useEffect, useRef } from 'react'
import { Dialog } from '@/components/dialog'

type Keys = Record<string, () => unknown>

/** Single keys, except while something is being typed or a dialog is open. */
export function useKeys(keys: Keys) {
  const current = useRef(keys)
  useEffect(() => {
    current.current = keys
  })
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
      if (event.target instanceof Element && event.target.closest('input, textarea, select, [contenteditable="true"], [role="dialog"]')) return
      const run = current.current[event.key]
      if (!run) return
      event.preventDefault()
      run()
    }
    addEventListener('keydown', press)
    return () => removeEventListener('keydown', press)
  }, [])
}

const HELP = [
  ['j', 'next action'],
  ['k', 'previous action'],
  ['a', 'accept, and go on; again: undo'],
  ['r', 'reject, and go on; again: undo'],
  ['e', 'edit'],
  ['?', 'this help'],
] as const

export function KeyHelp({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Keys of the review">
      <dl className="grid grid-cols-[3rem_1fr] gap-y-2 text-sm">
        {HELP.map(([key, what]) => (
          <div key={key} className="col-span-2 grid grid-cols-subgrid">
            <dt>
              <kbd className="rounded border border-edge/50 bg-sunk px-1.5 py-0.5 font-mono text-xs">{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}
