import type { Shape } from '@/api/client'
import { mergePatch } from '@/api/merge-patch'
import { readJson } from '@/api/read-json'

type Integration = Shape['Integration']

/** The settings of an integration as they stand in the form. */
export type Fields = {
  title: string
  base_url: string
  hosts: string
  tags: string
  enabled: boolean
  auth: Shape['AuthScheme']
  verify_method: NonNullable<Shape['Verification']['method']>
  verify_path: string
  verify_status: string
  timeout_s: string
  output: NonNullable<Shape['Policy']['output']>
  record: NonNullable<Shape['Policy']['record']>
  per_second: string
  profile: string
}

const list = (text: string) => text.split(/[\s,]+/).filter(Boolean)
const shown = (value: number | null | undefined) => (value === null || value === undefined ? '' : String(value))

export const fieldsOf = ({ title, base_url, hosts, tags, enabled, auth, verification, policy, profile }: Integration): Fields => ({
  title,
  base_url,
  hosts: hosts.join(' '),
  tags: tags.join(' '),
  enabled,
  auth,
  verify_method: verification?.method ?? 'GET',
  verify_path: verification?.path ?? '',
  verify_status: shown(verification?.expect_status ?? 200),
  timeout_s: shown(policy.timeout_s),
  output: policy.output ?? 'warn',
  record: policy.record ?? 'metadata',
  per_second: shown(policy.limits?.per_second),
  profile: JSON.stringify(profile, null, 2),
})

/** The merge patch (RFC 7396) from an integration to its edited settings; empty where nothing differs. */
export function patchOf(integration: Integration, fields: Fields): Record<string, unknown> {
  const before = fieldsOf(integration)
  const patch: Record<string, unknown> = {}
  if (fields.title !== before.title) patch.title = fields.title
  if (fields.base_url !== before.base_url) patch.base_url = fields.base_url.trim()
  if (fields.hosts !== before.hosts) patch.hosts = list(fields.hosts)
  if (fields.tags !== before.tags) patch.tags = list(fields.tags)
  if (fields.enabled !== before.enabled) patch.enabled = fields.enabled
  if (fields.auth !== before.auth) patch.auth = mergePatch(before.auth, fields.auth)
  if (fields.verify_path !== before.verify_path || fields.verify_method !== before.verify_method || fields.verify_status !== before.verify_status) {
    patch.verification = fields.verify_path.trim()
      ? { method: fields.verify_method, path: fields.verify_path.trim(), expect_status: Number(fields.verify_status) }
      : null
  }
  const policy: Record<string, unknown> = {}
  if (fields.timeout_s !== before.timeout_s) policy.timeout_s = Number(fields.timeout_s)
  if (fields.output !== before.output) policy.output = fields.output
  if (fields.record !== before.record) policy.record = fields.record
  if (fields.per_second !== before.per_second) policy.limits = fields.per_second.trim() ? { per_second: Number(fields.per_second) } : null
  if (Object.keys(policy).length) patch.policy = policy
  if (fields.profile !== before.profile) patch.profile = mergePatch(integration.profile, readJson(fields.profile).value)
  return patch
}

/** Whether connections will have to be connected again: their credentials are bound to where they may travel. */
export const losesConnections = (integration: Integration, fields: Fields): boolean => {
  const before = fieldsOf(integration)
  return integration.connections > 0 && (fields.base_url !== before.base_url || fields.hosts !== before.hosts || fields.auth.token_url !== before.auth.token_url)
}
