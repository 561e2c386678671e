import { expect, test } from 'vitest'
import { configOf, credentialOf, needsConsent, partsOf } from './credential'

const members = (auth: Parameters<typeof partsOf>[0], brings = false) => partsOf(auth, brings).map(({ member }) => member)

test('each auth type asks for its own members', () => {
  expect(members({ type: 'api_key', in: 'header', name: 'X-Key' })).toEqual(['value'])
  expect(members({ type: 'bearer' })).toEqual(['token'])
  expect(members({ type: 'basic' })).toEqual(['username', 'password'])
  expect(members({ type: 'custom_headers' })).toEqual([])
  expect(members({ type: 'oauth2', grant: 'authorization_code' })).toEqual([])
  expect(members({ type: 'oauth2', grant: 'password' })).toEqual(['username', 'password'])
  expect(members({ type: 'oauth2', grant: 'authorization_code' }, true)).toEqual(['access_token', 'refresh_token'])
})

test('only a code flow needs consent', () => {
  expect(needsConsent({ type: 'oauth2' })).toBe(true)
  expect(needsConsent({ type: 'oauth2', grant: 'client_credentials' })).toBe(false)
  expect(needsConsent({ type: 'bearer' })).toBe(false)
})

test('what is empty is left out', () => {
  expect(credentialOf({ type: 'oauth2' }, { members: { access_token: 'a', refresh_token: '' }, headers: [] })).toEqual({ access_token: 'a' })
  expect(configOf({ region: ' ', sub: 'acme' })).toEqual({ sub: 'acme' })
})

test('several headers go by their names', () => {
  const headers = [
    { name: 'X-App ', value: '1' },
    { name: '', value: '' },
  ]
  expect(credentialOf({ type: 'custom_headers' }, { members: {}, headers })).toEqual({ headers: { 'X-App': '1' } })
})
