import { expect, test } from 'vitest'
import { faultMap, freshPanel, sentText } from './panel'

test('what is written as JSON is sent as it is written, large numbers included', () => {
  const panel = { ...freshPanel({ id: 1 }), written: 'json' as const, text: '{"id": 12345678901234567890}' }
  expect(sentText(panel)).toBe('{"id": 12345678901234567890}')
  expect(sentText({ ...panel, written: 'form' })).toBe('{"id":1}')
})

test('several faults of one place stand together', () => {
  const faults = faultMap([
    { pointer: '/a', detail: 'is short' },
    { pointer: '/b', detail: 'is required' },
    { pointer: '/a', detail: 'is odd' },
  ])
  expect([...faults]).toEqual([
    ['/a', 'is short; is odd'],
    ['/b', 'is required'],
  ])
})
