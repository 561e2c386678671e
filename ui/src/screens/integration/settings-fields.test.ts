import { expect, test } from 'vitest'
import { fieldsOf, losesConnections, patchOf } from './settings-fields'

const INTEGRATION = {
  name: 'crm',
  title: 'CRM',
  base_url: 'https://crm.example/v1',
  hosts: ['https://files.crm.example'],
  tags: ['sales'],
  enabled: true,
  auth: { type: 'api_key', in: 'header', name: 'X-Key' },
  verification: { method: 'GET', path: '/me', expect_status: 200 },
  policy: { timeout_s: 25, output: 'warn', record: 'metadata', limits: { per_second: 5 } },
  profile: { constants: [], config: { region: { default: 'eu' } } },
  connections: 2,
} as unknown as Parameters<typeof fieldsOf>[0]

test('settings that were not touched make no patch', () => {
  expect(patchOf(INTEGRATION, fieldsOf(INTEGRATION))).toEqual({})
})

test('only what differs is in the patch', () => {
  const fields = { ...fieldsOf(INTEGRATION), tags: 'sales, eu', output: 'strict' as const, per_second: '', profile: '{"constants": [], "config": {}}' }
  expect(patchOf(INTEGRATION, fields)).toEqual({
    tags: ['sales', 'eu'],
    policy: { output: 'strict', limits: null },
    profile: { config: { region: null } },
  })
})

test('another auth type takes the members of the old one away', () => {
  const fields = { ...fieldsOf(INTEGRATION), auth: { type: 'bearer' as const } }
  expect(patchOf(INTEGRATION, fields)).toEqual({ auth: { type: 'bearer', in: null, name: null } })
})

test('a verification call without a path is none', () => {
  expect(patchOf(INTEGRATION, { ...fieldsOf(INTEGRATION), verify_path: '' })).toEqual({ verification: null })
})

test('another base URL costs the connections', () => {
  expect(losesConnections(INTEGRATION, { ...fieldsOf(INTEGRATION), base_url: 'https://other.example' })).toBe(true)
  expect(losesConnections(INTEGRATION, { ...fieldsOf(INTEGRATION), title: 'x' })).toBe(false)
})
