import { queryOptions, useQuery } from '@tanstack/react-query'
import { api, unwrap, type Shape } from './client'

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

/** All integrations, a page at a time. */
export const INTEGRATIONS = ['integrations', 'list'] as const
export const readIntegrations = (cursor: string | undefined) =>
  unwrap(api.GET('/integrations', { params: { query: { limit: 100, cursor } } }))

export const actionQuery = (integration: string, action: string) =>
  queryOptions({
    queryKey: ['actions', 'one', integration, action],
    queryFn: () => unwrap(api.GET('/actions/{integration}/{action}', { params: { path: { integration, action } } })),
  })

export const connectionsQuery = (integration: string) =>
  queryOptions({
    queryKey: ['connections', 'of', integration],
    queryFn: () => unwrap(api.GET('/connections', { params: { query: { integration, limit: 100 } } })),
  })

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
