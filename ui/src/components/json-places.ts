import { parser } from '@lezer/json'
import type { SyntaxNode } from '@lezer/common'
import { pathOf } from '@/schema-form/schema'

export type Place = { from: number; to: number }

/** Where in a JSON text a pointer leads: the name of the member, or the item; of what is missing, what it misses from. */
export function placeOf(text: string, pointer: string): Place | null {
  let value: SyntaxNode | null = parser.parse(text).topNode.firstChild
  if (!value) return null
  let place: Place = { from: value.from, to: Math.min(value.to, value.from + 1) }
  for (const part of pathOf(pointer)) {
    const found: { mark: SyntaxNode; value: SyntaxNode | null } | null = step(text, value, part)
    if (!found) return place
    place = { from: found.mark.from, to: found.mark.to }
    value = found.value
    if (!value) return place
  }
  return place
}

function step(text: string, value: SyntaxNode, part: string): { mark: SyntaxNode; value: SyntaxNode | null } | null {
  if (value.name === 'Object') {
    for (const property of value.getChildren('Property')) {
      const name = property.getChild('PropertyName')
      if (name && nameIs(text.slice(name.from, name.to), part)) return { mark: name, value: property.lastChild }
    }
    return null
  }
  if (value.name !== 'Array' || !/^\d+$/.test(part)) return null
  let left = Number(part)
  for (let item = value.firstChild; item; item = item.nextSibling) {
    if (item.name === '[' || item.name === ']' || item.name === ',' || item.type.isError) continue
    if (left-- === 0) return { mark: item, value: item }
  }
  return null
}

function nameIs(quoted: string, name: string): boolean {
  try {
    return JSON.parse(quoted) === name
  } catch {
    return false
  }
}
