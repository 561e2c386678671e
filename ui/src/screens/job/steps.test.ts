import { expect, test } from 'vitest'
import { stepsOf } from './steps'

const job = (change: object) =>
  ({
    status: 'running',
    step: 'discover',
    auto_publish: false,
    progress: { pages_found: 0, pages_read: 0, endpoints: 0, tokens: 0, cost_usd: 0 },
    ...change,
  }) as Parameters<typeof stepsOf>[0]

test('a job that crawls has discovered, and has the rest ahead', () => {
  expect(stepsOf(job({ step: 'crawl' }))).toEqual(['done', 'now', 'ahead', 'ahead', 'ahead', 'ahead', 'ahead'])
})

test('a description for machines skips the steps of a site', () => {
  expect(stepsOf(job({ status: 'needs_review', step: null }))).toEqual(['done', 'skipped', 'skipped', 'skipped', 'done', 'now', 'ahead'])
})

test('an automatic job skips the review', () => {
  const states = stepsOf(job({ status: 'published', step: null, auto_publish: true, progress: { pages_found: 6 } }))
  expect(states).toEqual(['done', 'done', 'done', 'done', 'done', 'skipped', 'done'])
})

test('a failed job shows where it stopped', () => {
  expect(stepsOf(job({ status: 'failed', step: 'extract' }))[2]).toBe('stopped')
})
