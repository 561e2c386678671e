import { queryOptions } from '@tanstack/react-query'
import { api, unwrap } from '@/api/client'

const SHOWN = 8

export const recentQuery = (integration: string, action: string) =>
  queryOptions({
    queryKey: ['invocations', 'of', integration, action],
    queryFn: () => unwrap(api.GET('/invocations', { params: { query: { integration, action, limit: SHOWN } } })),
  })
