import { expect, test } from 'vitest'
import { sinceOf } from './spans'

test('a span begins at a full hour, so that it stays the same question for a while', () => {
  const now = Date.parse('2026-11-28T15:40:12Z')
  expect(sinceOf('week', now)).toBe('2026-11-22T15:00:00.000Z')
  expect(sinceOf('week', now + 60_000)).toBe(sinceOf('week', now))
  expect(sinceOf('day', now)).toBeUndefined()
})
