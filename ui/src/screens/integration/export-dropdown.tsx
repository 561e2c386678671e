import { DropdownMenu } from 'radix-ui'
import type { ReactNode } from 'react'

const EXPORTS = [
  { kind: 'gateway', label: 'OpenAPI of Waygate', note: 'its actions, for typed clients' },
  { kind: 'upstream', label: 'OpenAPI of the upstream', note: 'what has been read of its own API' },
  { kind: 'pack', label: 'Pack', note: 'to import elsewhere; no secrets' },
] as const

export type Export = (typeof EXPORTS)[number]['kind']

const ITEM = 'flex cursor-pointer flex-col rounded px-2.5 py-1.5 text-sm outline-none data-highlighted:bg-tint'

/** The open menu below its button. A menu's code is larger than the whole screen, so it comes when it is asked for. */
export default function ExportDropdown({ trigger, onSelect }: { trigger: ReactNode; onSelect: (kind: Export) => void }) {
  return (
    <DropdownMenu.Root defaultOpen>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content align="end" sideOffset={4} className="panel z-40 min-w-64 p-1 shadow-lg">
          {EXPORTS.map(({ kind, label, note }) => (
            <DropdownMenu.Item key={kind} className={ITEM} onSelect={() => onSelect(kind)}>
              {label}
              <span className="text-xs text-muted">{note}</span>
            </DropdownMenu.Item>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}
