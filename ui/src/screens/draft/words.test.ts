import { expect, test } from 'vitest'
import { typeOf } from './words'

test.each([
  [{ type: 'string' }, 'string'],
  [{ type: 'string', format: 'date-time' }, 'date-time'],
  [{ type: 'array', items: { type: 'integer' } }, 'integer[]'],
  [{ type: ['string', 'null'] }, 'string | null'],
  [{ enum: ['a', 'b', 'c', 'd', 'e'] }, 'a | b | c | d | …'],
  [{ anyOf: [{ type: 'string' }, { type: 'string' }, { $ref: '#/$defs/Pet' }] }, 'string | Pet'],
  [true, 'any'],
  [{}, 'any'],
])('%j is shown as %s', (schema, shown) => {
  expect(typeOf(schema)).toBe(shown)
})
