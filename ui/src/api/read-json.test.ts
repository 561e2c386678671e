import { expect, test } from 'vitest'
import { readJson } from './read-json'

test('broken JSON says what is wrong', () => {
  expect(readJson('{').fault).toMatch(/^It is not JSON: /)
})

test('nothing stands for none', () => expect(readJson(' ')).toEqual({ value: null }))
