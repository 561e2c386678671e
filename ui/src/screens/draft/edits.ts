import { mergePatch } from '@/api/merge-patch'
import { readJson } from '@/api/read-json'
import type { Whole } from './queries'

/** What can be edited of a draft action, as it stands in the form. */
export type Fields = {
  title: string
  summary: string
  description: string
  behaviour: Whole['behaviour']
  idempotency_header: string
  input_schema: string
  output_schema: string
}

const shown = (schema: unknown) => (schema === null || schema === undefined ? '' : JSON.stringify(schema, null, 2))

export const fieldsOf = (action: Whole): Fields => ({
  title: action.title ?? '',
  summary: action.summary ?? '',
  description: action.description ?? '',
  behaviour: action.behaviour,
  idempotency_header: action.idempotency_header ?? '',
  input_schema: shown(action.input_schema),
  output_schema: shown(action.output_schema),
})

/** The merge patch (RFC 7396) from an action to its edited fields; a member that is gone is set to null. */
export function editsOf(action: Whole, fields: Fields): Record<string, unknown> {
  const before = fieldsOf(action)
  const edits: Record<string, unknown> = {}
  for (const name of ['title', 'summary', 'description', 'behaviour'] as const) {
    if (fields[name] !== before[name]) edits[name] = fields[name]
  }
  if (fields.idempotency_header !== before.idempotency_header) edits.idempotency_header = fields.idempotency_header || null
  for (const name of ['input_schema', 'output_schema'] as const) {
    if (fields[name] !== before[name]) edits[name] = mergePatch(action[name], readJson(fields[name]).value)
  }
  return edits
}
