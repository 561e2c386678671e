import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { Dialog } from 'radix-ui'
import { Search } from 'lucide-react'
import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react'
import { api, unwrap } from '@/api/client'
import { cx } from '@/components/classes'
import { Method } from '@/components/state'
import { matches, pagesFor, type Hit } from './hits'

const AT_MOST = 8

/** Ctrl-K: pages, integrations and actions, found by typing. */
export default function Palette({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState('')
  const [active, setActive] = useState(0)
  const id = useId()
  const list = useRef<HTMLDivElement>(null)
  const router = useRouter()
  const query = useSettled(text.trim())
  const integrations = useQuery({
    queryKey: ['integrations', 'palette'],
    queryFn: () => unwrap(api.GET('/integrations', { params: { query: { limit: 100 } } })),
  })
  const actions = useQuery({
    queryKey: ['actions', 'search', query],
    queryFn: () => unwrap(api.GET('/actions', { params: { query: { q: query, limit: 20 } } })),
    enabled: query.length > 1,
    placeholderData: keepPreviousData,
  })
  const hits: Hit[] = [
    ...pagesFor(text.trim()),
    ...(integrations.data?.data ?? [])
      .filter((one) => query && matches(query, `${one.name} ${one.title}`))
      .slice(0, AT_MOST)
      .map((one) => ({ group: 'Integrations', href: `/integrations/${one.name}`, label: one.title || one.name, note: one.name })),
    ...(query.length > 1 ? (actions.data?.data ?? []) : []).map((one) => ({
      group: 'Actions',
      href: `/integrations/${one.integration}/actions/${one.name}`,
      label: one.title || one.name,
      note: `${one.integration}/${one.name}`,
      method: one.method,
    })),
  ]
  const current = Math.min(active, Math.max(0, hits.length - 1))
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' })
  }, [current, hits.length])
  const go = (hit: Hit | undefined) => {
    if (!hit) return
    onClose()
    void router.navigate({ href: hit.href })
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const to = { ArrowDown: current + 1, ArrowUp: current - 1, Home: 0, End: hits.length - 1 }[event.key]
    if (to !== undefined && (event.key.startsWith('Arrow') || text === '')) {
      event.preventDefault()
      setActive((to + hits.length) % Math.max(1, hits.length))
    } else if (event.key === 'Enter') {
      event.preventDefault()
      go(hits[current])
    }
  }
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-black/40" />
        <Dialog.Content
          aria-describedby={undefined}
          className="panel fixed top-[12vh] left-1/2 z-50 flex max-h-[70vh] w-[calc(100vw-1.5rem)] max-w-xl -translate-x-1/2 flex-col overflow-hidden shadow-2xl"
        >
          <Dialog.Title className="sr-only">Search</Dialog.Title>
          <div className="flex items-center gap-2.5 border-b border-line px-4">
            <Search aria-hidden className="size-4 shrink-0 text-muted" />
            <input
              autoFocus
              role="combobox"
              aria-label="Search pages, integrations, actions, or paste an id"
              aria-expanded={hits.length > 0}
              aria-controls={`${id}-list`}
              aria-activedescendant={hits.length ? `${id}-${current}` : undefined}
              placeholder="Search pages, integrations, actions, or paste an id"
              autoComplete="off"
              spellCheck={false}
              value={text}
              onChange={(event) => {
                setText(event.target.value)
                setActive(0)
              }}
              onKeyDown={onKeyDown}
              className="h-12 min-w-0 flex-1 bg-transparent outline-none placeholder:text-muted"
            />
          </div>
          <div ref={list} id={`${id}-list`} role="listbox" aria-label="Results" className={cx('overflow-y-auto p-1.5', !hits.length && 'hidden')}>
            {hits.map((hit, index) => (
              <div key={hit.href + hit.label}>
                {hit.group !== hits[index - 1]?.group && (
                  <div role="presentation" className="px-2.5 pt-2 pb-1 text-xs text-muted">
                    {hit.group}
                  </div>
                )}
                <div
                  id={`${id}-${index}`}
                  role="option"
                  aria-selected={index === current}
                  onPointerMove={() => index !== current && setActive(index)}
                  onClick={() => go(hit)}
                  className={cx('flex min-h-9 cursor-pointer items-center gap-2.5 rounded-md px-2.5 text-sm', index === current && 'bg-tint')}
                >
                  {hit.method && <Method className="w-12 shrink-0">{hit.method}</Method>}
                  <span className="min-w-0 flex-1 truncate">{hit.label}</span>
                  {hit.note && <span className="max-w-[45%] truncate font-mono text-xs text-muted">{hit.note}</span>}
                </div>
              </div>
            ))}
          </div>
          {!hits.length && (
            <p role="status" className="px-3 py-8 text-center text-sm text-muted">
              {actions.isFetching || query !== text.trim() ? 'Searching …' : `Nothing answers “${text}”.`}
            </p>
          )}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

const PAUSE_MS = 150

/** A value once it has not changed for a moment. */
function useSettled(value: string): string {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), PAUSE_MS)
    return () => clearTimeout(timer)
  }, [value])
  return settled
}
