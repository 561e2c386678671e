import { exact } from '@/components/numbers'
import { asSchema, isObject, type Schema } from './schema'

/** Above this, a form would be slow and of no help: the input is written as JSON. */
const MAX_CHARACTERS = 400_000
const NESTED = ['properties', '$defs'] as const
const LISTS = ['anyOf', 'oneOf', 'allOf', 'prefixItems'] as const

/** Why there is no form for a schema; null if there is one. */
export function noFormBecause(schema: Schema): string | null {
  if (JSON.stringify(schema).length > MAX_CHARACTERS) return 'The input schema is too large for a form.'
  if (!Object.keys(schema.properties ?? {}).length && schema.additionalProperties === false) return null
  if (schema.type !== undefined && schema.type !== 'object') return 'The input is not an object with named members.'
  return null
}

/**
 * A schema as the form library should see it. Values are never filled in on their own, so `default` moves to
 * `x-default` and is shown; `X or null` becomes X, which may be left out; a schema without any keyword gets one, since
 * the library shows nothing for it; alternatives get names, and those that are mere conditions go. `format` and `pattern` leave the checking to the API.
 */
export function prepare(schema: Schema): Schema {
  const { default: fallback, format, pattern: _, ...rest } = unwrapUnion(schema)
  const prepared: Schema = { ...rest }
  if (fallback !== undefined && fallback !== null) prepared['x-default'] = fallback
  if (format !== undefined) prepared['x-format'] = format
  for (const keyword of NESTED) {
    const members = rest[keyword]
    if (members) prepared[keyword] = Object.fromEntries(Object.entries(members).map(([name, member]) => [name, prepareAny(member)]))
  }
  for (const keyword of LISTS) {
    const members = rest[keyword]
    if (Array.isArray(members)) prepared[keyword] = members.map(prepareAny)
  }
  for (const keyword of ['anyOf', 'oneOf'] as const) {
    const members = prepared[keyword]
    if (Array.isArray(members) && members.every(isOnlyACondition)) delete prepared[keyword]
    else if (Array.isArray(members)) prepared[keyword] = members.map((member, index) => ({ ...asSchema(member), title: nameOf(asSchema(member), index) }))
  }
  if (rest.items !== undefined && !Array.isArray(rest.items)) prepared.items = prepareAny(rest.items)
  if (isObject(rest.additionalProperties)) prepared.additionalProperties = prepareAny(rest.additionalProperties)
  delete prepared.patternProperties
  if (!prepared.type && prepared.properties) prepared.type = 'object'
  return prepared
}

const prepareAny = (schema: Schema | boolean): Schema => {
  const prepared = prepare(asSchema(schema))
  return Object.keys(prepared).length ? prepared : { 'x-any': true }
}

/** “One of these has to be there” offers nothing to fill in; whether it is kept is checked. */
const isOnlyACondition = (schema: Schema | boolean) =>
  Object.keys(asSchema(schema)).every((key) => ['required', 'dependentRequired', 'not', 'x-any'].includes(key))

const isNull = (schema: Schema | boolean) => asSchema(schema).type === 'null'

/** A union of one is that one; null among the alternatives only means that the value may be null. */
function unwrapUnion(schema: Schema): Schema {
  for (const keyword of ['anyOf', 'oneOf'] as const) {
    const members = schema[keyword]
    if (!Array.isArray(members)) continue
    const others = members.filter((member) => !isNull(member))
    const nullable = others.length < members.length ? { 'x-nullable': true } : {}
    const { [keyword]: _, ...beside } = schema
    if (others.length === 1) return { ...asSchema(others[0]), ...beside, ...nullable }
    if (others.length < members.length) return { ...beside, [keyword]: others, ...nullable }
  }
  return schema
}

/** What an alternative is called. */
function nameOf(schema: Schema, index: number): string {
  if (schema.title) return schema.title
  const referred = schema.$ref?.split('/').at(-1)
  if (referred) return referred
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  const type = typeWord(schema)
  return type === 'any' ? `alternative ${index + 1}` : type
}

/** A schema without anything that says what is inside: written as JSON. */
export function isFree(schema: Schema): boolean {
  if (schema.anyOf || schema.oneOf || schema.enum || schema.const !== undefined) return false
  const type = typeof schema.type === 'string' ? schema.type : schema.type?.find((one) => one !== 'null')
  if (type === undefined) return !schema.properties && !schema.$ref && !schema.allOf
  if (type === 'object') {
    return !Object.keys(schema.properties ?? {}).length && !isTyped(schema.additionalProperties)
  }
  return type === 'array' && !isTyped(schema.items) && !schema.prefixItems
}

const isTyped = (schema: Schema | boolean | undefined) => isObject(schema) && Object.keys(schema).some((key) => key !== 'x-any')

/** A string that holds the bytes of a file, in base64. */
export const isFile = ({ type, contentEncoding, contentMediaType, ...rest }: Schema) =>
  type === 'string' && (contentEncoding === 'base64' || (contentMediaType !== undefined && !/^text\/|json|xml/.test(contentMediaType)) || rest['x-format'] === 'binary' || rest['x-format'] === 'byte')

/** A type in a word or two. */
export function typeWord(schema: Schema): string {
  if (isFile(schema)) return 'file'
  const types = (Array.isArray(schema.type) ? schema.type : schema.type ? [schema.type] : []).filter((type) => type !== 'null')
  if (types.length > 1) return types.join(' or ')
  const [type] = types
  if (type === 'array') {
    const inner = typeWord(asSchema(schema.items))
    return inner === 'any' ? 'array' : `array of ${inner}`
  }
  const format = schema['x-format']
  return type ? (typeof format === 'string' && !/^(int32|int64|float|double)$/.test(format) ? `${type}, ${format}` : type) : 'any'
}

/** What a value must keep to, and what holds without one, in words. */
export function constraintWords(schema: Schema): string[] {
  const { minimum, maximum, minLength, maxLength, minItems, maxItems } = schema
  const words = []
  if (schema['x-default'] !== undefined) words.push(`default ${JSON.stringify(schema['x-default'])}`)
  if (minimum !== undefined || maximum !== undefined) words.push(rangeWord(minimum, maximum, ''))
  if (maxLength !== undefined || (minLength ?? 0) > 1) words.push(rangeWord(minLength, maxLength, ' characters'))
  if (maxItems !== undefined || (minItems ?? 0) > 0) words.push(rangeWord(minItems, maxItems, ' items'))
  if (schema['x-nullable']) words.push('may be null')
  return words
}

function rangeWord(least: number | undefined, most: number | undefined, unit: string): string {
  if (most === undefined) return `${exact(least ?? 0)} or more${unit}`
  const upper = exact(most)
  if (!least) return least === 0 && unit === '' ? `0 to ${upper}` : `at most ${upper}${unit}`
  return least === most ? `exactly ${upper}${unit}` : `${exact(least)} to ${upper}${unit}`
}
