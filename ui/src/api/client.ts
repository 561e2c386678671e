import createClient, { type Client } from 'openapi-fetch'
import { currentSession, signOut } from '@/app/session'
import { problemOf } from './problem'
import type { components, paths } from './schema'

/** The shapes of the API, by name: `Shape['Integration']`. */
export type Shape = components['schemas']

/** The typed client. Bound once, by `connect`, before anything is rendered. */
export let api: Client<paths>

/** Where the API is, absolute: what snippets show. */
export let apiUrl: string

export function connect(base: string): void {
  apiUrl = new URL(base, location.href).href.replace(/\/$/, '')
  api = createClient<paths>({ baseUrl: apiUrl })
  api.use({
    onRequest({ request }) {
      const session = currentSession()
      if (session) request.headers.set('Authorization', `Bearer ${session.key}`)
      return request
    },
    onResponse({ request, response }) {
      const session = currentSession()
      const isOurs = session && request.headers.get('Authorization') === `Bearer ${session.key}`
      if (response.status === 401 && isOurs) signOut('refused')
    },
  })
}

type Outcome<T> = { data?: T; error?: unknown; response: Response }

/** The data of an answer. Throws a `Problem` for any other. */
export async function unwrap<T>(request: Promise<Outcome<T>>): Promise<T> {
  const { data, error, response } = await request
  if (!response.ok) throw problemOf(response, error)
  return data as T
}
