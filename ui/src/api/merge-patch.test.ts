import { expect, test } from 'vitest'
import { mergePatch } from './merge-patch'

test('a patch replaces what is no object', () => {
  expect(mergePatch({ a: [1], b: 2 }, { a: [1, 2], b: 2 })).toEqual({ a: [1, 2] })
})

test('what is gone is null, and what is the same is not there', () => {
  expect(mergePatch({ a: { b: 1, c: 2 }, d: 3 }, { a: { b: 1 }, d: 3 })).toEqual({ a: { c: null } })
})
