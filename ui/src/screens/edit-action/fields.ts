import type { Shape } from '@/api/client'
import { mergePatch } from '@/api/merge-patch'
import { readJson } from '@/api/read-json'
import { isObject } from '@/schema-form/schema'

export type Action = Shape['Action']
type Facts = Shape['ActionFacts']

/** An action as it stands in the form. */
export type Fields = {
  title: string
  summary: string
  description: string
  tags: string
  behaviour: Facts['behaviour']
  deprecated: boolean
  method: Facts['method']
  path: string
  server: string
  auth: NonNullable<Facts['auth']>
  idempotency_header: string
  body_media_type: string
  output: NonNullable<Facts['output']> | ''
} & Record<Document, string>

/** What is written as JSON: which inputs there are, where each goes, what is sent besides, and what comes back. */
export const DOCUMENTS = ['input_schema', 'bindings', 'constants', 'output_schema'] as const
export type Document = (typeof DOCUMENTS)[number]

const TEXTS = ['title', 'summary', 'description', 'behaviour', 'deprecated', 'method', 'path', 'auth'] as const
const OPTIONAL = ['server', 'idempotency_header', 'body_media_type', 'output'] as const

const print = (value: unknown) => (value === null || value === undefined ? '' : JSON.stringify(value, null, 2))

/** Bindings without what is so anyway; `explode: false` is not. */
const briefly = (bindings: Facts['bindings'] = {}) => {
  const isSaid = ([name, value]: [string, unknown]) => value !== null && !(name === 'allow_reserved' && value === false)
  return Object.fromEntries(Object.entries(bindings).map(([name, binding]) => [name, Object.fromEntries(Object.entries(binding).filter(isSaid))]))
}

const documentsOf = (action: Action): Record<Document, unknown> => ({
  input_schema: action.input_schema,
  bindings: briefly(action.bindings),
  constants: action.constants ?? [],
  output_schema: action.output_schema ?? null,
})

export function fieldsOf(action: Action): Fields {
  const documents = documentsOf(action)
  return {
    title: action.title ?? '',
    summary: action.summary ?? '',
    description: action.description ?? '',
    tags: (action.tags ?? []).join(' '),
    behaviour: action.behaviour,
    deprecated: action.deprecated ?? false,
    method: action.method,
    path: action.path,
    server: action.server ?? '',
    auth: action.auth ?? 'required',
    idempotency_header: action.idempotency_header ?? '',
    body_media_type: action.body_media_type ?? '',
    output: action.output ?? '',
    input_schema: print(documents.input_schema),
    bindings: print(documents.bindings),
    constants: print(documents.constants),
    output_schema: print(documents.output_schema),
  }
}

/** By document, why it cannot be read. */
export function brokenIn(fields: Fields): Map<Document, string> {
  const found = new Map<Document, string>()
  for (const name of DOCUMENTS) {
    const { fault } = readJson(fields[name])
    if (fault) found.set(name, fault)
  }
  return found
}

/** How an edit is sent: as a merge patch (RFC 7396), or the whole action anew. */
export type Change = { patch: Record<string, unknown> } | { whole: Facts }

/**
 * What turns the action into its edited fields; null where nothing differs. The patch is preferred: what it does not
 * name stays bound to the documentation, and goes along with it at the next import. It can express neither a change of
 * definitions, which an integration's actions share, nor a null.
 */
export function changeOf(action: Action, fields: Fields): Change | null {
  const before = fieldsOf(action)
  const patch: Record<string, unknown> = {}
  for (const name of TEXTS) if (fields[name] !== before[name]) patch[name] = fields[name]
  for (const name of OPTIONAL) if (fields[name] !== before[name]) patch[name] = fields[name].trim() || null
  if (fields.tags !== before.tags) patch.tags = fields.tags.split(/[\s,]+/).filter(Boolean)
  const documents = documentsOf(action)
  let isExpressible = true
  for (const name of DOCUMENTS) {
    if (fields[name] === before[name]) continue
    const after = readJson(fields[name]).value
    const change = mergePatch(documents[name], after)
    if (isObject(change) && Object.keys(change).length === 0) continue
    patch[name] = change
    isExpressible &&= !(isObject(change) && '$defs' in change) && !addsNull(documents[name], after)
  }
  if (!Object.keys(patch).length) return null
  return isExpressible ? { patch } : { whole: wholeOf(action, fields, patch) }
}

/** Whether a null stands somewhere in objects of `after` where it did not before. */
function addsNull(before: unknown, after: unknown): boolean {
  if (!isObject(after)) return false
  const known = isObject(before) ? before : {}
  return Object.entries(after).some(([name, value]) => (value === null ? known[name] !== null : addsNull(known[name], value)))
}

function wholeOf(action: Action, fields: Fields, patch: Record<string, unknown>): Facts {
  const { integration: _, name: __, version: ___, created_at: ____, updated_at: _____, ...facts } = { ...action, ...patch }
  for (const name of DOCUMENTS) {
    const { value } = readJson(fields[name])
    if (value === null) delete facts[name]
    else Object.assign(facts, { [name]: value })
  }
  return facts
}
