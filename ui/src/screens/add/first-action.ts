import type { Shape } from '@/api/client'

export const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

/** Which operation of the API an action is. */
export type Operation = { method: (typeof METHODS)[number]; path: string }

const BEHAVIOUR: Record<(typeof METHODS)[number], Shape['ActionFacts']['behaviour']> = {
  GET: 'read',
  POST: 'create',
  PUT: 'update',
  PATCH: 'update',
  DELETE: 'delete',
}

/** An action as somebody would begin it by hand: the path's `{names}` are asked for as texts; a write takes any body. */
export function actionOf({ method, path: written }: Operation): Shape['ActionFacts'] {
  const path = written.trim()
  const names = [...path.matchAll(/\{([^{}]+)\}/g)].map(([, name]) => name ?? '')
  const takesBody = method !== 'GET' && method !== 'DELETE'
  return {
    method,
    path: path.startsWith('/') ? path : `/${path}`,
    behaviour: BEHAVIOUR[method],
    input_schema: {
      type: 'object',
      properties: {
        ...Object.fromEntries(names.map((name) => [name, { type: 'string' }])),
        ...(takesBody && { body: { type: 'object', description: 'The JSON body.' } }),
      },
      required: names,
      additionalProperties: false,
    },
    bindings: {
      ...Object.fromEntries(names.map((name) => [name, { in: 'path' as const, name }])),
      ...(takesBody && { body: { in: 'body' as const, name: '' } }),
    },
    ...(takesBody && { body_media_type: 'application/json' }),
  }
}

/** `GET /users/{id}` → `get-users-id`. */
export const nameOfAction = ({ method, path }: Operation): string =>
  `${method} ${path}`
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 64)
