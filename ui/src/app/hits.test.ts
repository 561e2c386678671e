import { expect, test } from 'vitest'
import { matches, pagesFor } from './hits'

test.each([
  ['pet', 'get-pet Get a pet', true],
  ['get pe', 'Get a pet', true],
  ['et', 'Get a pet', false],
  ['', 'anything', true],
  ['ÜBER', 'über-api', true],
])('%j in %j: %s', (query, text, expected) => expect(matches(query, text)).toBe(expected))

test('an id leads to what it names', () => {
  expect(pagesFor('req_01M8HAY0A0XECHEAD9VFBW1Y3V')).toMatchObject([{ href: '/invocations/req_01M8HAY0A0XECHEAD9VFBW1Y3V' }])
  expect(pagesFor('job_01M8HAWFS55Y9XVPP46V07HC35')).toMatchObject([{ href: '/jobs/job_01M8HAWFS55Y9XVPP46V07HC35' }])
})

test('pages are found by other words for them', () => {
  expect(pagesFor('log').map((hit) => hit.href)).toEqual(['/invocations'])
  expect(pagesFor('nothing such')).toEqual([])
})
