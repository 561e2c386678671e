import { useSyncExternalStore } from 'react'

/**
 * The key of whoever is at the console. A pasted key lives in this tab's sessionStorage and nowhere else, and is
 * forgotten after 30 minutes without a touch. A key that `config.json` brought stays in memory.
 */
export type Session = { key: string; source: 'pasted' | 'config' }
export type Ended = 'left' | 'idle' | 'refused'

const KEY = 'waygate.key'
const TOUCHED = 'waygate.touched'
export const IDLE_MS = 30 * 60_000
const WRITE_EVERY_MS = 5_000
const LOOK_EVERY_MS = 15_000

let session: Session | null = null
let ended: Ended | null = null
let offered: string | null = null
let touchedAt = 0
const listeners = new Set<() => void>()

const changed = () => listeners.forEach((listener) => listener())

/** Takes up what this tab remembers, else what the configuration brought, and starts to watch for idleness. */
export function startSession(fromConfig: string | null, now: () => number = Date.now): () => void {
  const remembered = sessionStorage.getItem(KEY)
  touchedAt = Number(sessionStorage.getItem(TOUCHED) ?? 0)
  session = remembered ? { key: remembered, source: 'pasted' } : null
  ended = null
  offered = fromConfig
  const look = () => {
    if (session?.source === 'pasted' && now() - touchedAt >= IDLE_MS) signOut('idle')
  }
  const touch = () => {
    look()
    if (session?.source !== 'pasted' || now() - touchedAt < WRITE_EVERY_MS) return
    touchedAt = now()
    sessionStorage.setItem(TOUCHED, String(touchedAt))
  }
  look()
  if (!session && !ended && fromConfig) session = { key: fromConfig, source: 'config' }
  const events = ['pointerdown', 'keydown', 'wheel', 'touchstart'] as const
  events.forEach((name) => addEventListener(name, touch, { passive: true, capture: true }))
  document.addEventListener('visibilitychange', look)
  const timer = setInterval(look, LOOK_EVERY_MS)
  changed()
  return () => {
    events.forEach((name) => removeEventListener(name, touch, { capture: true }))
    document.removeEventListener('visibilitychange', look)
    clearInterval(timer)
  }
}

export function signIn(key: string, now: () => number = Date.now): void {
  touchedAt = now()
  sessionStorage.setItem(KEY, key)
  sessionStorage.setItem(TOUCHED, String(touchedAt))
  session = { key, source: 'pasted' }
  ended = null
  changed()
}

export function signOut(why: Ended): void {
  sessionStorage.removeItem(KEY)
  sessionStorage.removeItem(TOUCHED)
  if (!session) return
  session = null
  ended = why
  changed()
}

/** Whether this machine's own key is there to sign in with. */
export const isOffered = () => offered !== null

export function signInAsOffered(): void {
  if (!offered) return
  session = { key: offered, source: 'config' }
  ended = null
  changed()
}

export const currentSession = () => session
export const whyEnded = () => ended

export function onSession(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const useSession = () => useSyncExternalStore(onSession, currentSession)
