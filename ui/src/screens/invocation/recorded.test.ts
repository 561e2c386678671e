import { expect, test } from 'vitest'
import { inputOf, textOf } from './recorded'

const body = (text: string, content_type = 'application/json') => ({ content_type, text, base64: null, bytes: text.length, truncated: false })

test('JSON is shown on several lines, and nothing else about it changes', () => {
  expect(textOf(body('{"id": 12345678901234567890, "rate": 1.0, "say": "a, {b}: [\\"c\\"]", "none": [], "all": [1, {}]}'))).toBe(
    '{\n  "id": 12345678901234567890,\n  "rate": 1.0,\n  "say": "a, {b}: [\\"c\\"]",\n  "none": [],\n  "all": [\n    1,\n    {}\n  ]\n}',
  )
})

test('what is not JSON, or is cut, stays as it is', () => {
  expect(textOf(body('a,b', 'text/csv'))).toBe('a,b')
  expect(textOf(body('{"a": 1'))).toBe('{"a": 1')
  expect(textOf({ ...body('{"a":1}'), truncated: true })).toBe('{"a":1}')
  expect(textOf(null)).toBe(null)
})

test('an input is taken up only if it is whole and an object', () => {
  const call = (input: ReturnType<typeof body> | null) => ({ bodies: { input, request: null, response: null } }) as never
  expect(inputOf(call(body('{"pet_id": 1}')))).toEqual({ pet_id: 1 })
  expect(inputOf(call(body('[1]')))).toBe(null)
  expect(inputOf(call({ ...body('{"pet_id": 1}'), truncated: true }))).toBe(null)
  expect(inputOf(call(null))).toBe(null)
})
