import type { Schema } from './schema'

const UNFOLDED = 6

/** Which properties of an input stand open from the beginning, and which are folded away: what is required comes first. */
export function foldingOf(schema: Schema): { open: string[]; folded: string[] } {
  const names = Object.keys(schema.properties ?? {})
  const required = names.filter((name) => schema.required?.includes(name))
  const others = names.filter((name) => !schema.required?.includes(name))
  const isFolded = others.length > UNFOLDED || (required.length > 0 && others.length > 3)
  return isFolded ? { open: required, folded: others } : { open: [...required, ...others], folded: [] }
}
