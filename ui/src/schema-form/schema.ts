/** JSON Schema 2020-12, as far as the form looks at it. */
export type Schema = {
  type?: string | string[]
  title?: string
  description?: string
  properties?: Record<string, Schema | boolean>
  patternProperties?: Record<string, Schema | boolean>
  additionalProperties?: Schema | boolean
  required?: string[]
  items?: Schema | boolean
  prefixItems?: (Schema | boolean)[]
  enum?: unknown[]
  const?: unknown
  default?: unknown
  examples?: unknown[]
  anyOf?: (Schema | boolean)[]
  oneOf?: (Schema | boolean)[]
  allOf?: (Schema | boolean)[]
  $ref?: string
  $defs?: Record<string, Schema | boolean>
  format?: string
  contentEncoding?: string
  contentMediaType?: string
  minimum?: number
  maximum?: number
  minLength?: number
  maxLength?: number
  minItems?: number
  maxItems?: number
  uniqueItems?: boolean
  deprecated?: boolean
  [keyword: string]: unknown
}

/** An action's input. */
export type Input = Record<string, unknown>

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const asSchema = (schema: Schema | boolean | undefined): Schema => (typeof schema === 'object' ? schema : {})

/** What a local `$ref` leads to, itself followed; a circle or a dead end leads to nothing. */
export function resolve(schema: Schema | boolean | undefined, root: Schema): Schema {
  let current = asSchema(schema)
  for (let step = 0; current.$ref !== undefined && step < 32; step++) {
    const { $ref, ...beside } = current
    const name = /^#\/\$defs\/([^/]+)$/.exec($ref)?.[1]
    const target = name === undefined ? undefined : root.$defs?.[unescapePointer(decodeURIComponent(name))]
    if (target === undefined) return beside
    current = { ...asSchema(target), ...beside }
  }
  return current
}

/** JSON pointers (RFC 6901). */
export const unescapePointer = (part: string) => part.replace(/~1/g, '/').replace(/~0/g, '~')
export const escapePointer = (part: string) => part.replace(/~/g, '~0').replace(/\//g, '~1')
export const pointerOf = (path: readonly (string | number)[]) => path.map((part) => `/${escapePointer(String(part))}`).join('')
export const pathOf = (pointer: string) => (pointer === '' ? [] : pointer.slice(1).split('/').map(unescapePointer))
