import { afterEach, beforeEach, expect, test, vi } from 'vitest'

const MINUTE = 60_000
let now = 0
let handlers: Map<string, () => void>
let stop: (() => void) | undefined
let session: typeof import('./session')

beforeEach(async () => {
  const kept = new Map<string, string>()
  handlers = new Map()
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  })
  vi.stubGlobal('addEventListener', (name: string, handler: () => void) => handlers.set(name, handler))
  vi.stubGlobal('removeEventListener', (name: string) => handlers.delete(name))
  vi.stubGlobal('document', { addEventListener: (name: string, handler: () => void) => handlers.set(name, handler), removeEventListener: () => undefined })
  vi.useFakeTimers()
  vi.resetModules()
  session = await import('./session')
  now = 1_000_000
})

afterEach(() => {
  stop?.()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const clock = () => now

/** The page is loaded anew in the same tab. */
async function reload(key: string | null = null) {
  stop?.()
  vi.resetModules()
  session = await import('./session')
  stop = session.startSession(key, clock)
}

test('a pasted key survives a reload of its tab', async () => {
  stop = session.startSession(null, clock)
  expect(session.currentSession()).toBe(null)
  session.signIn('wg_live_a', clock)
  await reload()
  expect(session.currentSession()).toEqual({ key: 'wg_live_a', source: 'pasted' })
})

test('after 30 minutes without a touch it is gone, also from the tab', async () => {
  stop = session.startSession(null, clock)
  session.signIn('wg_live_a', clock)
  now += 29 * MINUTE
  handlers.get('keydown')?.()
  now += 29 * MINUTE
  vi.advanceTimersByTime(15_000)
  expect(session.currentSession()).not.toBe(null)
  now += MINUTE
  vi.advanceTimersByTime(15_000)
  expect(session.currentSession()).toBe(null)
  expect(session.whyEnded()).toBe('idle')
  await reload()
  expect(session.currentSession()).toBe(null)
})

test('a tab that slept too long does not wake up signed in', async () => {
  stop = session.startSession(null, clock)
  session.signIn('wg_live_a', clock)
  now += 31 * MINUTE
  handlers.get('pointerdown')?.()
  expect(session.currentSession()).toBe(null)
})

test('the key of this machine stays in memory, does not lapse, and gives way to a pasted one', async () => {
  await reload('wg_live_own')
  expect(session.currentSession()).toEqual({ key: 'wg_live_own', source: 'config' })
  expect(sessionStorage.getItem('waygate.key')).toBe(null)
  now += 600 * MINUTE
  vi.advanceTimersByTime(15_000)
  expect(session.currentSession()).not.toBe(null)
  session.signOut('left')
  expect(session.isOffered()).toBe(true)
  session.signIn('wg_live_other', clock)
  await reload('wg_live_own')
  expect(session.currentSession()).toEqual({ key: 'wg_live_other', source: 'pasted' })
})
