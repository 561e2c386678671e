import { queryOptions } from '@tanstack/react-query'
import { api, unwrap, type Shape } from '@/api/client'
import type { DraftSearch } from './route'

export type Brief = Shape['DraftActionBrief']
export type Whole = Shape['DraftAction']

/** What the API is asked for, of what the address says. */
export const filterOf = ({ q, state, change, min, warning }: DraftSearch) => ({
  q,
  state,
  change,
  warning,
  ...(min && { min_confidence: Number(min) }),
})

export const readDraft = (job: string, search: DraftSearch, cursor?: string, limit = 100) =>
  unwrap(api.GET('/scrape-jobs/{job}/draft', { params: { path: { job }, query: { ...filterOf(search), cursor, limit } } }))

export const draftActionQuery = (job: string, action: string) =>
  queryOptions({
    queryKey: ['drafts', job, 'action', action],
    queryFn: () => unwrap(api.GET('/scrape-jobs/{job}/draft/actions/{action}', { params: { path: { job, action } } })),
  })

export const decide = (job: string, action: string, body: Shape['Decision']) =>
  unwrap(api.PATCH('/scrape-jobs/{job}/draft/actions/{action}', { params: { path: { job, action } }, body }))

/** The same verdict on all that the address narrows the draft to. */
export const decideAll = (job: string, search: DraftSearch, state: Brief['state']) =>
  unwrap(api.PATCH('/scrape-jobs/{job}/draft', { params: { path: { job }, query: filterOf(search) }, body: { state } }))
