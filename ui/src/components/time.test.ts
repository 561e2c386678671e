import { expect, test } from 'vitest'
import { exactly, fromNow } from './time'

const NOW = new Date('2026-11-28T12:00:00Z')

test.each([
  ['2026-11-28T12:00:00Z', 'just now'],
  ['2026-11-28T11:59:10Z', 'just now'],
  ['2026-11-28T12:00:30Z', 'in a moment'],
  ['2026-11-28T11:57:00Z', '3 min. ago'],
  ['2026-11-28T14:30:00Z', 'in 2 hr.'],
  ['2026-11-27T12:00:00Z', 'yesterday'],
  ['2026-11-29T12:00:00Z', 'tomorrow'],
  ['2026-11-25T11:00:00Z', '3 days ago'],
  ['2026-10-20T12:00:00Z', '1 mo. ago'],
  ['2024-11-27T12:00:00Z', '2 yr. ago'],
])('%s is %s', (at, expected) => expect(fromNow(new Date(at), NOW)).toBe(expected))

test('an exact time is the local one', () => expect(exactly(new Date(2026, 10, 8, 9, 5, 7))).toBe('8 Nov 2026, 09:05:07'))
