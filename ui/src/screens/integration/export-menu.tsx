import { useMutation } from '@tanstack/react-query'
import { DropdownMenu } from 'radix-ui'
import { Download } from 'lucide-react'
import { api, unwrap } from '@/api/client'
import { asProblem } from '@/api/problem'
import { Button } from '@/components/button'

type Export = 'gateway' | 'upstream' | 'pack'

const ITEMS: readonly { what: Export; label: string; note: string }[] = [
  { what: 'gateway', label: 'OpenAPI of Waygate', note: 'its actions, for typed clients' },
  { what: 'upstream', label: 'OpenAPI of the upstream', note: 'what has been read of its own API' },
  { what: 'pack', label: 'Pack', note: 'to import elsewhere; no secrets' },
]

const ITEM = 'flex cursor-pointer flex-col rounded px-2.5 py-1.5 text-sm outline-none data-highlighted:bg-tint'

/** What can be taken along from an integration, as files. */
export function ExportMenu({ integration }: { integration: string }) {
  const params = { path: { integration } }
  const download = useMutation({
    mutationFn: async (what: Export) => {
      const document =
        what === 'pack'
          ? await unwrap(api.GET('/integrations/{integration}/pack', { params }))
          : await unwrap(api.GET('/integrations/{integration}/openapi.json', { params: { ...params, query: { of: what } } }))
      save(`${integration}.${what === 'pack' ? 'pack' : what === 'upstream' ? 'upstream.openapi' : 'openapi'}.json`, document)
    },
  })
  return (
    <>
      {download.error && (
        <span role="alert" className="text-sm text-bad">
          {asProblem(download.error).body.detail}
        </span>
      )}
      <DropdownMenu.Root>
        <DropdownMenu.Trigger asChild>
          <Button busy={download.isPending}>
            <Download aria-hidden className="size-4" />
            Export
          </Button>
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content align="end" sideOffset={4} className="panel z-40 min-w-64 p-1 shadow-lg">
            {ITEMS.map(({ what, label, note }) => (
              <DropdownMenu.Item key={what} className={ITEM} onSelect={() => download.mutate(what)}>
                {label}
                <span className="text-xs text-muted">{note}</span>
              </DropdownMenu.Item>
            ))}
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
    </>
  )
}

/** Offers a document as a file. */
function save(name: string, document_: unknown) {
  const url = URL.createObjectURL(new Blob([JSON.stringify(document_, null, 2)], { type: 'application/json' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}
