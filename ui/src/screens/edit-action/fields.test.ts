import { expect, test } from 'vitest'
import { brokenIn, changeOf, fieldsOf, type Action } from './fields'

const ACTION = {
  integration: 'demo',
  name: 'get-pet',
  version: 3,
  created_at: '2026-11-28T12:00:00Z',
  updated_at: '2026-11-28T12:00:00Z',
  title: 'Get a pet',
  behaviour: 'read',
  method: 'GET',
  path: '/pets/{id}',
  tags: ['pets'],
  server: null,
  input_schema: { type: 'object', properties: { id: { $ref: '#/$defs/Id' } }, $defs: { Id: { type: 'integer', default: null } } },
  bindings: { id: { in: 'path', name: 'id', style: null, explode: null, allow_reserved: false, media_type: null } },
  constants: [],
  output_schema: null,
} as unknown as Action

const edited = (change: Partial<ReturnType<typeof fieldsOf>>) => changeOf(ACTION, { ...fieldsOf(ACTION), ...change })
const written = (value: unknown) => JSON.stringify(value)

test('what was not touched is not sent, and neither is another way to write it', () => {
  expect(edited({})).toBe(null)
  expect(edited({ input_schema: written(ACTION.input_schema) })).toBe(null)
})

test('bindings are shown without what is so anyway', () => {
  expect(JSON.parse(fieldsOf(ACTION).bindings)).toEqual({ id: { in: 'path', name: 'id' } })
  const list = { in: 'query', name: 'ids', style: null, explode: false, allow_reserved: false }
  expect(JSON.parse(fieldsOf({ ...ACTION, bindings: { list } } as Action).bindings)).toEqual({ list: { in: 'query', name: 'ids', explode: false } })
})

test('only what differs is sent, as a merge patch', () => {
  const more = { in: 'query', name: 'more' }
  const change = edited({
    title: 'One pet',
    tags: 'pets, shop',
    server: ' ',
    input_schema: written({ ...ACTION.input_schema, properties: { ...(ACTION.input_schema?.properties as object), more: { type: 'boolean' } } }),
    bindings: written({ id: { in: 'path', name: 'id' }, more }),
    output_schema: '{"type": "object"}',
  })
  expect(change).toEqual({
    patch: {
      title: 'One pet',
      tags: ['pets', 'shop'],
      server: null,
      input_schema: { properties: { more: { type: 'boolean' } } },
      bindings: { more },
      output_schema: { type: 'object' },
    },
  })
})

test.each([
  ['definitions', { ...ACTION.input_schema, $defs: { Id: { type: 'string' } } }],
  ['a null', { ...ACTION.input_schema, default: null }],
])('what a merge patch cannot express is sent whole: %s', (_, input_schema) => {
  const change = edited({ input_schema: written(input_schema), constants: '' })
  expect(change).toEqual({ whole: expect.objectContaining({ method: 'GET', title: 'Get a pet', input_schema }) })
  expect(change).not.toHaveProperty('whole.version')
  expect(change).not.toHaveProperty('whole.integration')
  expect(change).not.toHaveProperty('whole.constants')
})

test('a document that cannot be read is named', () => {
  expect([...brokenIn({ ...fieldsOf(ACTION), bindings: '{' }).keys()]).toEqual(['bindings'])
})
