import { expect, test } from 'vitest'
import { createCheck } from './validate'
import type { Schema } from './schema'

const PET: Schema = {
  type: 'object',
  properties: {
    name: { type: 'string', minLength: 1, maxLength: 5 },
    age: { type: 'integer', minimum: 0, maximum: 30 },
    status: { $ref: '#/$defs/Status' },
    category: { anyOf: [{ $ref: '#/$defs/Category' }, { type: 'null' }] },
    either: { oneOf: [{ type: 'string' }, { type: 'integer' }] },
    'a/b': { type: 'array', items: { type: 'string' }, uniqueItems: true },
  },
  required: ['name'],
  additionalProperties: false,
  $defs: {
    Status: { enum: ['on', 'off'] },
    Category: {
      type: 'object',
      properties: { name: { type: 'string' }, parent: { anyOf: [{ $ref: '#/$defs/Category' }, { type: 'null' }] } },
      required: ['name'],
    },
  },
}
const check = createCheck(PET)

test.each([
  [{ name: 'Rex' }, []],
  [{ name: 'Rex', category: null, age: undefined }, []],
  [{}, ['/name is required']],
  [{ name: 'Rexamillion' }, ['/name must have at most 5 characters']],
  [{ name: 'Rex', age: 'old' }, ['/age must be of type integer']],
  [{ name: 'Rex', age: 31 }, ['/age must be at most 30']],
  [{ name: 'Rex', status: 'up' }, ['/status must be one of ["on","off"]']],
  [{ name: 'Rex', category: { name: 'Dogs', parent: {} } }, ['/category/parent/name is required']],
  [{ name: 'Rex', either: true }, ['/either must be exactly one of the alternatives']],
  [{ name: 'Rex', 'a/b': ['x', 1] }, ['/a~1b/1 must be of type string']],
  [{ name: 'Rex', 'a/b': ['x', 'x'] }, ['/a~1b must not hold anything twice']],
  [{ name: 'Rex', colour: 'red' }, ['/colour is not an input of this action']],
])('%j: %j', (value, expected) => {
  expect(check(value).map(({ pointer, detail }) => `${pointer} ${detail}`)).toEqual(expected)
})

test('a regular expression of a stranger never runs here', () => {
  const hostile = createCheck({ type: 'object', properties: { it: { type: 'string', pattern: '^(a+)+$' } } })
  expect(hostile({ it: `${'a'.repeat(60)}!` })).toEqual([])
})

test('a property may be called pattern', () => {
  const schema: Schema = { type: 'object', properties: { pattern: { type: 'integer' } } }
  expect(createCheck(schema)({ pattern: 'x' })).toEqual([{ pointer: '/pattern', detail: 'must be of type integer' }])
})

test('a schema that cannot be followed is left to the API', () => {
  expect(createCheck({ $ref: 'https://elsewhere.example/schema' })({})).toEqual([])
})
