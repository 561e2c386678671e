import type { Tone } from '@/components/state'
import type { Brief } from './queries'

export const STATE: Record<Brief['state'], { word: string; tone: Tone }> = {
  proposed: { word: 'proposed', tone: 'muted' },
  accepted: { word: 'accepted', tone: 'ok' },
  rejected: { word: 'rejected', tone: 'bad' },
}

export const CHANGE: Record<Brief['change'], string> = { added: 'new', changed: 'changed', same: 'unchanged' }

export const percent = (confidence: number): string => `${Math.round(confidence * 100)} %`

/** How sure a reader is, in a word. */
export const sureness = (confidence: number): { word: string; tone: Tone } =>
  confidence >= 0.8 ? { word: 'sure', tone: 'ok' } : confidence >= 0.5 ? { word: 'fairly sure', tone: 'warn' } : { word: 'unsure', tone: 'bad' }

/** The type of a schema in a few characters: `string`, `integer[]`, `date-time`, `a | b`. */
export function typeOf(schema: unknown): string {
  if (typeof schema !== 'object' || schema === null) return 'any'
  const { type, format, items, enum: choices, anyOf, oneOf, $ref } = schema as Record<string, unknown>
  if (Array.isArray(choices)) return choices.slice(0, 4).map(String).join(' | ') + (choices.length > 4 ? ' | …' : '')
  if (typeof $ref === 'string') return $ref.split('/').at(-1) ?? 'object'
  const several = anyOf ?? oneOf
  if (Array.isArray(several)) return [...new Set(several.map(typeOf))].join(' | ')
  if (type === 'array') return `${typeOf(items)}[]`
  if (typeof format === 'string' && type === 'string') return format
  return Array.isArray(type) ? type.join(' | ') : typeof type === 'string' ? type : 'any'
}
