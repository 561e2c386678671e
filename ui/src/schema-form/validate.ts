import { Validator, type OutputUnit, type Schema as CheckedSchema } from '@cfworker/json-schema'
import { escapePointer, isObject, type Schema } from './schema'

/** A fault as the API names it: a JSON pointer and what is wrong there. */
export type Fault = { pointer: string; detail: string }
export type Check = (value: unknown) => Fault[]

const MAX_CHARACTERS = 400_000
/** These only say that something below them is wrong. */
const CARRIERS = new Set(['properties', 'items', 'prefixItems', '$ref', 'allOf', 'additionalProperties', 'if', 'then', 'else', 'dependentSchemas', 'patternProperties'])

/**
 * What is wrong with an input, as far as can be told here; the API has the last word. A stranger's regular expressions
 * never run in the browser, where one could run for years: `pattern` is the API's to check, in linear time.
 */
export function createCheck(schema: Schema): Check {
  if (JSON.stringify(schema).length > MAX_CHARACTERS) return () => []
  let validator: Validator | undefined
  return (value) => {
    try {
      validator ??= new Validator(checkable(schema) as CheckedSchema, '2020-12', false)
      // As it is sent: what is undefined is not there.
      const { valid, errors } = validator.validate(JSON.parse(JSON.stringify(value)))
      return valid ? [] : faultsOf(errors)
    } catch {
      return [] // a schema that this library cannot follow is the API's to judge
    }
  }
}

/** Without regular expressions, and with `X or null` as “null, else X”, so that it is X's faults that are told. */
function checkable(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(checkable)
  if (!isObject(schema)) return schema
  const { pattern, patternProperties, ...rest } = schema
  if (isObject(patternProperties)) delete rest.additionalProperties
  // A property may itself be called `pattern`; then it is a schema and not a text.
  if (pattern !== undefined && typeof pattern !== 'string') rest.pattern = pattern
  for (const keyword of ['anyOf', 'oneOf']) {
    const members = rest[keyword]
    if (!Array.isArray(members) || members.length !== 2 || rest.if !== undefined) continue
    const other = members.find((member) => !isObject(member) || member.type !== 'null')
    if (other === undefined || !members.some((member) => isObject(member) && member.type === 'null')) continue
    delete rest[keyword]
    Object.assign(rest, { if: { type: 'null' }, else: other })
  }
  return Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, key === 'enum' || key === 'const' ? value : checkable(value)]))
}

function faultsOf(errors: readonly OutputUnit[]): Fault[] {
  const unions = errors.filter(({ keyword }) => keyword === 'anyOf' || keyword === 'oneOf').map(({ keywordLocation }) => `${keywordLocation}/`)
  const told = errors.filter(({ keyword, keywordLocation }) => !CARRIERS.has(keyword) && !unions.some((union) => keywordLocation.startsWith(union)))
  const faults = told.map(({ keyword, instanceLocation, error }) => {
    const place = decodeURIComponent(instanceLocation.replace(/^#/, ''))
    const named = /"([^"]*)"/.exec(error)?.[1]
    if (keyword === 'required' && named !== undefined) return { pointer: `${place}/${escapePointer(named)}`, detail: 'is required' }
    return { pointer: place, detail: wordsFor(keyword, error) }
  })
  return [...new Map(faults.map((fault) => [fault.pointer + fault.detail, fault])).values()]
}

const WORDS: [RegExp, string][] = [
  [/^Instance type "[^"]*" is invalid\. Expected "(.*)"\.$/, 'must be of type $1'],
  [/^Instance does not match any of (\[.*\])\.$/s, 'must be one of $1'],
  [/^Instance does not match (.*)\.$/s, 'must be $1'],
  [/^.* is less than or equal to +(.*)\.$/, 'must be more than $1'],
  [/^.* is less than +(.*)\.$/, 'must be at least $1'],
  [/^.* is greater than or equal to +(.*)\.$/, 'must be less than $1'],
  [/^.* is greater than +(.*)\.$/, 'must be at most $1'],
  [/^.* is not a multiple of (.*)\.$/, 'must be a multiple of $1'],
  [/^String is too short \(\d+ < (\d+)\)\.$/, 'must have at least $1 characters'],
  [/^String is too long \(\d+ > (\d+)\)\.$/, 'must have at most $1 characters'],
  [/^String does not match format "(.*)"\.$/, 'must be a valid $1'],
  [/^Array has too few items \(\d+ < (\d+)\)\.$/, 'must have at least $1 items'],
  [/^Array has too many items \(\d+ > (\d+)\)\.$/, 'must have at most $1 items'],
  [/^Duplicate items .*$/, 'must not hold anything twice'],
]

function wordsFor(keyword: string, error: string): string {
  if (keyword === 'anyOf' || keyword === 'oneOf') return 'must be exactly one of the alternatives'
  if (keyword === 'false') return 'is not an input of this action'
  for (const [form, words] of WORDS) {
    if (form.test(error)) return error.replace(form, words).replaceAll('", "', ' or ')
  }
  return error.replace(/^(Instance|String|Array) /, '').replace(/\.$/, '')
}
