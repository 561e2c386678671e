import { expect, test } from 'vitest'
import { placeOf } from './json-places'

const TEXT = '{"a/b": {"c": [10, {"d": true}]}, "e": "x"}'
const at = (pointer: string) => {
  const place = placeOf(TEXT, pointer)
  return place && TEXT.slice(place.from, place.to)
}

test.each([
  ['', '{'],
  ['/a~1b', '"a/b"'],
  ['/a~1b/c', '"c"'],
  ['/a~1b/c/0', '10'],
  ['/a~1b/c/1/d', '"d"'],
  ['/e', '"e"'],
  ['/missing', '{'],
  ['/a~1b/missing', '"a/b"'],
  ['/a~1b/c/7', '"c"'],
])('%j is at %j', (pointer, expected) => expect(at(pointer)).toBe(expected))

test('a text that is not whole has places still', () => {
  expect(placeOf('', '/a')).toEqual({ from: 0, to: 0 })
  expect(placeOf('{"a": ', '/a')).toEqual({ from: 1, to: 4 })
})
