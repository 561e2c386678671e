import { expect, test } from 'vitest'
import { fromNow } from './time'

const NOW = new Date('2026-11-28T12:00:00Z')

test.each([
  ['2026-11-28T12:00:00Z', 'just now'],
  ['2026-11-28T11:59:10Z', 'just now'],
  ['2026-11-28T12:00:30Z', 'in a moment'],
  ['2026-11-28T11:57:00Z', '3 min. ago'],
  ['2026-11-28T14:30:00Z', 'in 2 hr.'],
  ['2026-11-27T12:00:00Z', 'yesterday'],
  ['2024-11-27T12:00:00Z', '2 yr. ago'],
])('%s is %s', (at, expected) => expect(fromNow(new Date(at), NOW)).toBe(expected))
