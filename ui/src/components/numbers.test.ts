import { expect, test } from 'vitest'
import { bytes, count, duration, exact, share } from './numbers'

test('numbers read as people write them', () => {
  expect([0, 1234, 999_949, 1_260_000, 12_000_000, 1_260_000_000].map(count)).toEqual(['0', '1,234', '999,949', '1.3M', '12M', '1.3B'])
  expect([3.4, 999, 1240, 59_000, 180_000].map(duration)).toEqual(['3 ms', '999 ms', '1.24 s', '59.0 s', '3 min'])
  expect([512, 1200, 3_400_000].map(bytes)).toEqual(['512 B', '1.2 KB', '3.4 MB'])
})

test('no digit of an exact number is lost', () => {
  expect([0, -1, 999, 1000, -1234567, 0.12345, 12_345.6789, 1e21, 1.5e-7, 2 ** 53].map(exact)).toEqual(
    ['0', '-1', '999', '1,000', '-1,234,567', '0.12345', '12,345.6789', '1e+21', '1.5e-7', '9,007,199,254,740,992'],
  )
})

test('a share is never rounded to none', () => {
  expect(share(0, 100)).toBe('0 %')
  expect(share(1, 100_000)).toBe('<0.1 %')
  expect(share(42, 1000)).toBe('4.2 %')
  expect(share(1, 0)).toBe('0 %')
})
