import { expect, test } from 'vitest'
import { editsOf, fieldsOf, mergePatch, readJson } from './edits'
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

test('a patch replaces what is no object', () => {
  expect(mergePatch({ a: [1], b: 2 }, { a: [1, 2], b: 2 })).toEqual({ a: [1, 2] })
})

test('broken JSON says what is wrong', () => {
  expect(readJson('{').fault).toMatch(/^It is not JSON: /)
})
