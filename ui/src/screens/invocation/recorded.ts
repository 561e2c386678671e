import type { Shape } from '@/api/client'
import type { Request } from '@/components/request-view'
import { isObject, type Input } from '@/schema-form/schema'

/** A record; the client's types make lists of its header pairs. */
export type Call = Omit<Shape['RecordedInvocation'], 'request'> & { request: Request | null }

type Body = Shape['RecordedBody'] | null | undefined

/** The recorded input, if it is whole. */
export function inputOf(call: Call): Input | null {
  const body = call.bodies?.input
  if (!body || body.truncated || typeof body.text !== 'string') return null
  try {
    const value: unknown = JSON.parse(body.text || '{}')
    return isObject(value) ? value : null
  } catch {
    return null
  }
}

/** A recorded body as it can be shown: JSON on several lines, other text as it is. */
export function textOf(body: Body): string | null {
  if (!body) return null
  if (typeof body.text !== 'string') return body.base64 ?? null
  if (body.truncated || !/json/i.test(body.content_type)) return body.text
  return indented(body.text)
}

// Only white space changes: numbers and the order of members stay as they were.
function indented(text: string): string {
  try {
    JSON.parse(text)
  } catch {
    return text
  }
  let depth = 0
  const line = () => `\n${'  '.repeat(depth)}`
  return text.replace(/"(?:[^"\\]|\\.)*"|\s+|[[{]\s*[\]}]|[[\]{},:]/g, (token) => {
    if (token[0] === '"') return token
    if (/^\s/.test(token)) return ''
    if (/^[[{]\s*[\]}]$/.test(token)) return token[0]! + token.at(-1)!
    if (token === '{' || token === '[') return depth++, token + line()
    if (token === '}' || token === ']') return depth--, line() + token
    return token === ',' ? token + line() : ': '
  })
}
