import type { Shape } from '@/api/client'
import type { Tone } from '@/components/state'

export type Status = Shape['Job']['status']

export const STATUSES = ['queued', 'running', 'needs_review', 'published', 'failed', 'cancelled'] as const satisfies readonly Status[]

/** How a job's status is shown: its word, its tone, and whether it still moves. */
export const STATUS: Record<Status, { word: string; tone: Tone; moves?: boolean }> = {
  queued: { word: 'queued', tone: 'muted', moves: true },
  running: { word: 'running', tone: 'accent', moves: true },
  needs_review: { word: 'needs review', tone: 'warn' },
  published: { word: 'published', tone: 'ok' },
  failed: { word: 'failed', tone: 'bad' },
  cancelled: { word: 'cancelled', tone: 'muted' },
}

/** Where a job reads from, in a few words. */
export function sourceOf(source: Shape['Job']['source']): string {
  const { url, name } = source as { url?: string; name?: string }
  if (url) return url
  return name?.startsWith('document:') ? 'pasted document' : 'uploaded file'
}
