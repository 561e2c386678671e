import { useMutation } from '@tanstack/react-query'
import { Download } from 'lucide-react'
import { lazy, Suspense, useState, type ComponentProps } from 'react'
import { api, unwrap } from '@/api/client'
import { asProblem } from '@/api/problem'
import { Button } from '@/components/button'
import type { Export } from './export-dropdown'

const loadDropdown = () => import('./export-dropdown')
const Dropdown = lazy(loadDropdown)

/** What can be taken along from an integration, as files. */
export function ExportMenu({ integration }: { integration: string }) {
  const [isWanted, setWanted] = useState(false)
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
  const button = (closed?: ComponentProps<typeof Button>) => (
    <Button busy={download.isPending} {...closed}>
      <Download aria-hidden className="size-4" />
      Export
    </Button>
  )
  return (
    <>
      {download.error && (
        <span role="alert" className="text-sm text-bad">
          {asProblem(download.error).body.detail}
        </span>
      )}
      {isWanted ? (
        <Suspense fallback={button({ busy: true })}>
          <Dropdown trigger={button()} onSelect={(kind) => download.mutate(kind)} />
        </Suspense>
      ) : (
        button({ 'aria-haspopup': 'menu', 'aria-expanded': false, onPointerEnter: () => void loadDropdown().catch(() => undefined), onClick: () => setWanted(true) })
      )}
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
