import { useSyncExternalStore } from 'react'

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
]
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' })
const absolute = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' })

/** “3 min. ago”, “in 2 hr.”; below a minute, “just now”. */
export function fromNow(then: Date, now: Date): string {
  const seconds = (then.getTime() - now.getTime()) / 1000
  for (const [unit, size] of UNITS) {
    if (Math.abs(seconds) >= size) return relative.format(Math.trunc(seconds / size), unit)
  }
  return seconds > 5 ? 'in a moment' : 'just now'
}

// One clock for all times on the page.
let now = new Date()
const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined
const subscribe = (listener: () => void) => {
  listeners.add(listener)
  timer ??= setInterval(() => {
    now = new Date()
    listeners.forEach((tell) => tell())
  }, 15_000)
  return () => {
    listeners.delete(listener)
    if (!listeners.size) {
      clearInterval(timer)
      timer = undefined
    }
  }
}

/** How long ago or ahead, with the exact local time on hover and for machines. */
export function Time({ at, none = '—', exact }: { at: string | null | undefined; none?: string; exact?: boolean }) {
  const clock = useSyncExternalStore(subscribe, () => now)
  if (!at) return <span className="text-muted">{none}</span>
  const then = new Date(at)
  const full = `${absolute.format(then)} (${at})`
  return (
    <time dateTime={at} title={full} className="whitespace-nowrap">
      {exact ? absolute.format(then) : fromNow(then, clock < then && Date.now() > then.getTime() ? new Date() : clock)}
    </time>
  )
}
