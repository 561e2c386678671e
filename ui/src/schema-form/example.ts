import { isObject, resolve, type Input, type Schema } from './schema'

const MAX_DEPTH = 4

/** An input to begin with: what the schema's own examples say of all that is required. */
export function exampleInput(schema: Schema): Input {
  const whole = resolve(schema, schema).examples?.[0]
  if (isObject(whole)) return whole
  return (exampleOf(schema, schema, 0) ?? {}) as Input
}

function exampleOf(schema: Schema | boolean | undefined, root: Schema, depth: number): unknown {
  const found = resolve(schema, root)
  if (found.examples?.length) return found.examples[0]
  if (found.example !== undefined) return found.example
  if (found.const !== undefined) return found.const
  if (depth && found.default !== undefined) return found.default
  if (depth > MAX_DEPTH || !found.properties) return undefined
  const members = (found.required ?? []).map((name) => [name, exampleOf(found.properties?.[name], root, depth + 1)] as const)
  const known = members.filter(([, value]) => value !== undefined)
  return known.length ? Object.fromEntries(known) : undefined
}
