import { expect, test } from 'vitest'
import { editsOf, fieldsOf } from './edits'
import type { Whole } from './queries'

const ACTION = {
  name: 'get-pet',
  title: 'Get a pet',
  behaviour: 'read',
  method: 'GET',
  path: '/pets/{id}',
  input_schema: { type: 'object', properties: { id: { type: 'string' }, old: {} }, required: ['id'] },
  output_schema: null,
} as unknown as Whole

test('what was not touched is not sent', () => {
  expect(editsOf(ACTION, fieldsOf(ACTION))).toEqual({})
})

test('only what differs is sent, as a merge patch', () => {
  const fields = {
    ...fieldsOf(ACTION),
    title: 'One pet',
    input_schema: JSON.stringify({ type: 'object', properties: { id: { type: 'integer' } }, required: ['id'] }),
  }
  expect(editsOf(ACTION, fields)).toEqual({
    title: 'One pet',
    input_schema: { properties: { id: { type: 'integer' }, old: null } },
  })
})

test('an emptied schema is none', () => {
  expect(editsOf({ ...ACTION, output_schema: { type: 'object' } }, { ...fieldsOf(ACTION), output_schema: ' ' })).toEqual({ output_schema: null })
})
