import { queryOptions, useQuery } from '@tanstack/react-query'
import { api, unwrap, type Shape } from './client'
import { pagesOf } from './pages'

/** What several screens read. A query that one screen alone needs stands in that screen's folder. */

export type Scope = Shape['Me']['scopes'][number]

export const meQuery = () => queryOptions({ queryKey: ['me'], queryFn: () => unwrap(api.GET('/me')), staleTime: 60_000 })

export const healthQuery = () =>
  queryOptions({ queryKey: ['health'], queryFn: () => unwrap(api.GET('/health')), staleTime: Infinity })

export const integrationQuery = (integration: string) =>
  queryOptions({
    queryKey: ['integrations', 'one', integration],
    queryFn: () => unwrap(api.GET('/integrations/{integration}', { params: { path: { integration } } })),
  })

export const integrationsPages = () =>
  pagesOf(['integrations', 'list'], (cursor) => unwrap(api.GET('/integrations', { params: { query: { limit: 100, cursor } } })))

/** The integrations that one can choose from: as many as one page has. */
export const integrationChoicesQuery = () =>
  queryOptions({
    queryKey: ['integrations', 'choices'],
    queryFn: async () => (await unwrap(api.GET('/integrations', { params: { query: { limit: 100 } } }))).data,
  })

/** What an integration can do, searched by `q`. */
export const actionsPages = (integration: string, q?: string, tag?: string) =>
  pagesOf(['actions', 'list', integration, q, tag], (cursor) =>
    unwrap(api.GET('/actions', { params: { query: { integration, q, tag, cursor, limit: 100 } } })),
  )

export const actionQuery = (integration: string, action: string) =>
  queryOptions({
    queryKey: ['actions', 'one', integration, action],
    queryFn: () => unwrap(api.GET('/actions/{integration}/{action}', { params: { path: { integration, action } } })),
  })

/** An action with its output schema too. */
export const wholeActionQuery = (integration: string, action: string) =>
  queryOptions({
    queryKey: ['actions', 'whole', integration, action],
    queryFn: () => unwrap(api.GET('/actions/{integration}/{action}', { params: { path: { integration, action }, query: { include: 'output_schema' } } })),
  })

export const connectionsQuery = (integration: string) =>
  queryOptions({
    queryKey: ['connections', 'of', integration],
    queryFn: () => unwrap(api.GET('/connections', { params: { query: { integration, limit: 100 } } })),
  })

export const tagsQuery = () => queryOptions({ queryKey: ['tags'], queryFn: () => unwrap(api.GET('/tags', { params: { query: { limit: 100 } } })) })

export const connectionsPages = (integration?: string, tag?: string) =>
  pagesOf(['connections', 'list', integration, tag], (cursor) =>
    unwrap(api.GET('/connections', { params: { query: { integration, tag, cursor, limit: 50 } } })),
  )

/** The last 24 hours of every integration, hour by hour. */
export const usageQuery = () =>
  queryOptions({ queryKey: ['usage', 'day'], queryFn: () => unwrap(api.GET('/usage')), staleTime: 60_000, refetchInterval: 60_000 })

/** What the key may do. `root` includes everything, `admin` all but workspaces. */
export function allows(scopes: readonly Scope[], scope: Scope): boolean {
  return scopes.includes(scope) || scopes.includes('root') || (scope !== 'root' && scopes.includes('admin'))
}

/** Whether the key may do something; true until that is known, since the API is the one that refuses. */
export function useMay(scope: Scope | undefined): boolean {
  const { data } = useQuery({ ...meQuery(), enabled: scope !== undefined })
  return !scope || !data || allows(data.scopes, scope)
}
