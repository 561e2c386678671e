import { expect, test } from 'vitest'
import { exampleInput } from './example'
import { constraintWords, isFile, isFree, noFormBecause, prepare, typeWord } from './prepare'

test('nothing is filled in by itself, and nothing is lost for the reader', () => {
  const prepared = prepare({ type: 'integer', default: 10, minimum: 1, maximum: 5000, format: 'int32' })
  expect(prepared).toEqual({ type: 'integer', minimum: 1, maximum: 5000, 'x-default': 10, 'x-format': 'int32' })
  expect(constraintWords(prepared)).toEqual(['default 10', '1 to 5,000'])
  expect(typeWord(prepared)).toBe('integer')
})

test('“X or null” is X', () => {
  expect(prepare({ anyOf: [{ type: 'string' }, { type: 'null' }] })).toEqual({ type: 'string', 'x-nullable': true })
  expect(prepare({ oneOf: [{ type: 'object', properties: {} }] }).type).toBe('object')
})

test('alternatives have names', () => {
  const { oneOf } = prepare({ oneOf: [{ $ref: '#/$defs/Card' }, { type: 'string' }, { title: 'Own' }, { const: 1 }, {}] })
  expect(oneOf?.map((one) => (one as { title: string }).title)).toEqual(['Card', 'string', 'Own', '1', 'alternative 5'])
})

test('alternatives that only say what has to be there are none', () => {
  expect(prepare({ properties: { a: {}, b: {} }, anyOf: [{ required: ['a'] }, { required: ['b'] }] })).toEqual({
    type: 'object',
    properties: { a: { 'x-any': true }, b: { 'x-any': true } },
  })
})

test('what says nothing of its inside is written as JSON', () => {
  expect([{}, { type: 'object' }, { type: 'array' }, { type: 'object', additionalProperties: {} }, { type: 'array', items: {} }].every((schema) => isFree(prepare(schema)))).toBe(true)
  expect([{ type: 'string' }, { type: 'object', properties: { a: {} } }, { type: 'array', items: { type: 'string' } }, { enum: [1] }].some((schema) => isFree(prepare(schema)))).toBe(false)
})

test('files are told from texts', () => {
  expect(isFile(prepare({ type: 'string', format: 'binary' }))).toBe(true)
  expect(isFile(prepare({ type: 'string', contentMediaType: 'image/png' }))).toBe(true)
  expect(isFile(prepare({ type: 'string', contentMediaType: 'text/plain' }))).toBe(false)
})

test('an input begins with the examples of what is required', () => {
  const schema = {
    type: 'object',
    properties: {
      id: { type: 'integer', examples: [1] },
      inner: { $ref: '#/$defs/Inner' },
      free: { type: 'string' },
      other: { examples: ['unasked'] },
    },
    required: ['id', 'inner', 'free'],
    $defs: { Inner: { type: 'object', properties: { kind: { const: 'x' }, more: { $ref: '#/$defs/Inner' } }, required: ['kind', 'more'] } },
  }
  expect(exampleInput(schema)).toMatchObject({ id: 1, inner: { kind: 'x' } })
  expect(exampleInput(schema)).not.toHaveProperty('other')
  expect(exampleInput({ type: 'object', examples: [{ a: 1 }] })).toEqual({ a: 1 })
})

test('there is no form where it would be of no help', () => {
  expect(noFormBecause({ type: 'object', properties: { a: { description: 'x'.repeat(500_000) } } })).toMatch(/too large/)
  expect(noFormBecause({ type: 'array' })).toMatch(/not an object/)
  expect(noFormBecause({ type: 'object', additionalProperties: false })).toBe(null)
})
