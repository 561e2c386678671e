import type { Shape } from '@/api/client'

export const STEPS = [
  { key: 'discover', label: 'Discover', what: 'Is there a description for machines?' },
  { key: 'crawl', label: 'Crawl', what: 'Read the pages of the site' },
  { key: 'extract', label: 'Extract', what: 'What each page claims' },
  { key: 'merge', label: 'Merge', what: 'One description of all claims' },
  { key: 'generate', label: 'Generate', what: 'Draft actions, each with its evidence' },
  { key: 'review', label: 'Review', what: 'Yours to accept' },
  { key: 'publish', label: 'Publish', what: 'Apps can call it' },
] as const

export type StepState = 'done' | 'now' | 'ahead' | 'stopped' | 'skipped'

const ONLY_FOR_SITES = new Set(['crawl', 'extract', 'merge'])

/** What has become of each step. A description for machines needs no crawling, and an automatic job no review. */
export function stepsOf(job: Shape['Job']): StepState[] {
  const isSite = job.progress.pages_found > 1 || ONLY_FOR_SITES.has(job.step ?? '')
  const at = positionOf(job)
  const isOver = job.status === 'failed' || job.status === 'cancelled'
  return STEPS.map(({ key }, index) => {
    if (key === 'review' && job.auto_publish) return 'skipped'
    if (!isSite && ONLY_FOR_SITES.has(key) && index < at) return 'skipped'
    if (index < at) return 'done'
    if (index === at) return isOver ? 'stopped' : 'now'
    return 'ahead'
  })
}

function positionOf(job: Shape['Job']): number {
  if (job.status === 'published') return STEPS.length
  if (job.status === 'needs_review') return STEPS.findIndex(({ key }) => key === 'review')
  return Math.max(0, STEPS.findIndex(({ key }) => key === job.step))
}
