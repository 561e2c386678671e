import { expect, test } from 'vitest'
import { evidenceFor, linkTo } from './evidence'

test('a link leads to the quote on its page', () => {
  expect(linkTo({ url: 'https://x.example/docs#pets', quote: 'pet-id integer' })).toBe('https://x.example/docs#pets:~:text=pet%2Did%20integer')
  expect(linkTo({ url: 'https://x.example/docs', quote: 'DELETE /pets\nmore' })).toBe('https://x.example/docs#:~:text=DELETE%20%2Fpets')
})

test('without a quote, or with one too short to find, it leads to the page', () => {
  expect(linkTo({ url: 'https://x.example/docs', quote: null })).toBe('https://x.example/docs')
  expect(linkTo({ url: 'https://x.example/docs', quote: 'no' })).toBe('https://x.example/docs')
  expect(linkTo({ url: 'upload:upl_1', quote: 'anything' })).toBe('upload:upl_1')
})

test('a long quote is looked for by its beginning, cut between words', () => {
  const link = linkTo({ url: 'https://x.example/', quote: 'word '.repeat(60) })
  expect(decodeURIComponent(link.split('text=')[1]!)).toBe('word '.repeat(24).trim())
})

test('evidence of a field includes what lies below it, and nothing of its neighbours', () => {
  const all = ['input_schema/id', 'input_schema/id/enum', 'input_schema/idea', 'operation'].map((field) => ({ field, url: '' }))
  expect(evidenceFor(all, 'input_schema/id').map(({ field }) => field)).toEqual(['input_schema/id', 'input_schema/id/enum'])
})
