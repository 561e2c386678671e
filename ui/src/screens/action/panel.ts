import { useSyncExternalStore } from 'react'
import { onSession } from '@/app/session'
import type { Check, Fault } from '@/schema-form/validate'
import { isObject, type Input } from '@/schema-form/schema'
import { invoke, type Answer, type Options } from './invoke'

export type Mode = 'form' | 'json' | 'schema' | 'sources'

/** What stands in an action's panel. It outlives the screen: a look at the log, and it is all still there. */
export type Panel = {
  mode: Mode
  /** How the input is written at present; `value` is behind `text` while that is not an object in JSON. */
  written: 'form' | 'json'
  value: Input
  text: string
  broken: string | null
  options: Options
  faults: ReadonlyMap<string, string>
  /** From the first try on, what tells what is wrong while it is being put right. */
  check: Check | null
  running: 'run' | 'dry' | null
  answer: Answer | null
}

const panels = new Map<string, Panel>()
const listeners = new Set<() => void>()
const NONE: ReadonlyMap<string, string> = new Map()

onSession(() => panels.clear())

const keyOf = (integration: string, action: string) => `${integration}/${action}`
const print = (value: Input) => JSON.stringify(value, null, 2)

export function freshPanel(value: Input): Panel {
  return { mode: 'form', written: 'form', value, text: print(value), broken: null, options: {}, faults: NONE, check: null, running: null, answer: null }
}

/** Puts an input into an action's panel, for when one comes from the log. */
export function fillPanel(integration: string, action: string, value: Input, options: Options): void {
  panels.set(keyOf(integration, action), { ...freshPanel(value), options })
}

export function faultMap(faults: readonly Fault[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const { pointer, detail } of faults) found.set(pointer, found.has(pointer) ? `${found.get(pointer)}; ${detail}` : detail)
  return found
}

/** The text that an input is sent as: what was written, or what the form holds. */
export const sentText = (panel: Panel) => (panel.written === 'json' ? panel.text : JSON.stringify(panel.value))

function parse(text: string): { value: Input } | { broken: string } {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? { value } : { broken: 'The input must be an object: {"name": value, …}.' }
  } catch (error) {
    return { broken: error instanceof Error ? error.message : 'This is not JSON.' }
  }
}

/** The panel of an action, and what can be done with it. */
export function usePanel(integration: string, action: string, begin: () => Input, loadCheck: () => Promise<Check>) {
  const key = keyOf(integration, action)
  const read = () => {
    let panel = panels.get(key)
    if (!panel) panels.set(key, (panel = freshPanel(begin())))
    return panel
  }
  const panel = useSyncExternalStore((listener) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }, read)
  const set = (change: Partial<Panel>) => {
    panels.set(key, { ...(panels.get(key) ?? panel), ...change })
    listeners.forEach((listener) => listener())
  }
  const checked = (value: Input) => faultMap(read().check?.(value) ?? [])
  return {
    panel,
    show: (mode: Mode) => {
      const now = read()
      if (mode === 'json' && now.written === 'form') return set({ mode, written: 'json', text: print(now.value) })
      if (mode === 'form' && now.written === 'json' && !now.broken) return set({ mode, written: 'form' })
      set({ mode })
    },
    write: (value: Input) => set({ value, faults: checked(value) }),
    writeText: (text: string) => {
      if (text === read().text) return
      const parsed = parse(text)
      if ('broken' in parsed) return set({ text, broken: parsed.broken, faults: NONE })
      set({ text, value: parsed.value, broken: null, faults: checked(parsed.value) })
    },
    choose: (options: Partial<Options>) => set({ options: { ...read().options, ...options } }),
    reset: (value: Input) => set({ value, text: print(value), broken: null, faults: NONE, check: null }),
    /** Runs it, unless the input is wrong already; says whether it was asked of the API. */
    run: async (isDry: boolean): Promise<boolean> => {
      if (read().running) return false
      set({ running: isDry ? 'dry' : 'run' })
      const check = await loadCheck()
      const now = read()
      const faults = now.broken ? NONE : faultMap(check(now.value))
      set({ check, faults })
      if (now.broken || faults.size) {
        set({ running: null })
        return false
      }
      const answer = await invoke(integration, action, sentText(now), now.options, isDry)
      set({ running: null, answer, faults: answer.problem ? answer.problem.faults() : NONE })
      return true
    },
  }
}

export type PanelHandle = ReturnType<typeof usePanel>
