/** How far back usage is shown: its buckets, and how many hours; null where the API's own default is meant. */
export const SPANS = {
  day: { label: 'Last 24 hours', bucket: 'hour', hours: null },
  week: { label: 'Last 7 days', bucket: 'day', hours: 6 * 24 },
  month: { label: 'Last 30 days', bucket: 'day', hours: null },
} as const

export type Span = keyof typeof SPANS

const HOUR_MS = 3_600_000

/** When a span begins, to the hour, so that the same question is asked until the next one. */
export function sinceOf(span: Span, now: number): string | undefined {
  const { hours } = SPANS[span]
  return hours === null ? undefined : new Date(Math.floor(now / HOUR_MS) * HOUR_MS - hours * HOUR_MS).toISOString()
}
