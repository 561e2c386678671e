import { api, unwrap } from '@/api/client'
import { pagesOf } from '@/api/pages'
import type { Filter } from './route'

/** The calls that a filter lets through, the latest first. */
export const logPages = (filter: Filter) =>
  pagesOf(['invocations', 'list', filter], (cursor) => unwrap(api.GET('/invocations', { params: { query: { ...filter, limit: 50, cursor } } })))
