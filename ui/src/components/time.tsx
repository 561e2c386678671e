import { useSyncExternalStore } from 'react'

const UNITS: [string, number][] = [
  ['yr.', 31_536_000],
  ['mo.', 2_592_000],
  ['days', 86_400],
  ['hr.', 3_600],
  ['min.', 60],
]

/** “3 min. ago”, “in 2 hr.”; below a minute, “just now”. */
export function fromNow(then: Date, now: Date): string {
  const seconds = (then.getTime() - now.getTime()) / 1000
  for (const [unit, size] of UNITS) {
    if (Math.abs(seconds) < size) continue
    const many = Math.trunc(Math.abs(seconds) / size)
    if (unit === 'days' && many === 1) return seconds < 0 ? 'yesterday' : 'tomorrow'
    return seconds < 0 ? `${many} ${unit} ago` : `in ${many} ${unit}`
  }
  return seconds > 5 ? 'in a moment' : 'just now'
}

/** “28 Nov 2026, 18:04:09”, where the reader is. The form that is taken apart is the standard's (ECMA-262, 21.4.4.41.4). */
export function exactly(then: Date): string {
  const [, month, day, year, clock] = String(then).split(' ')
  return `${Number(day)} ${month} ${year}, ${clock}`
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
  const full = `${exactly(then)} (${at})`
  return (
    <time dateTime={at} title={full} className="whitespace-nowrap">
      {exact ? exactly(then) : fromNow(then, clock < then && Date.now() > then.getTime() ? new Date() : clock)}
    </time>
  )
}
