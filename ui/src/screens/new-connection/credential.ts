import type { Shape } from '@/api/client'

type Auth = Shape['AuthScheme']

/** What a credential is made of, by auth type: the members of PUT /connections, as somebody types them. */
export type Part = { member: 'value' | 'username' | 'password' | 'token' | 'access_token' | 'refresh_token'; label: string; hint?: string; isSecret: boolean; isOptional?: boolean }

const TOKENS: readonly Part[] = [
  { member: 'access_token', label: 'Access token', isSecret: true, isOptional: true },
  { member: 'refresh_token', label: 'Refresh token', isSecret: true, isOptional: true, hint: 'With it, the connection stays connected.' },
]

/** The fields for a credential of a scheme; `brings` tokens that there are already instead of asking a provider. */
export function partsOf(auth: Auth, brings: boolean): readonly Part[] {
  switch (auth.type) {
    case 'api_key':
      return [{ member: 'value', label: 'API key', isSecret: true, hint: `Sent in the ${auth.in ?? 'header'} ${auth.name ?? ''}.` }]
    case 'bearer':
      return [{ member: 'token', label: 'Token', isSecret: true }]
    case 'basic':
      return [
        { member: 'username', label: 'User name', isSecret: false },
        { member: 'password', label: 'Password', isSecret: true, isOptional: auth.fixed_password != null },
      ]
    case 'oauth2':
      if (brings) return TOKENS
      return auth.grant === 'password'
        ? [
            { member: 'username', label: 'User name', isSecret: false },
            { member: 'password', label: 'Password', isSecret: true },
          ]
        : []
    default:
      return []
  }
}

/** Whether the account's owner has to consent in a browser. */
export const needsConsent = (auth: Auth): boolean => auth.type === 'oauth2' && (auth.grant ?? 'authorization_code') === 'authorization_code'

export type Typed = { members: Record<string, string>; headers: readonly { name: string; value: string }[] }

/** The credential as the API takes it: what was left empty is left out. */
export function credentialOf(auth: Auth, typed: Typed): Record<string, unknown> {
  if (auth.type === 'custom_headers') {
    return { headers: Object.fromEntries(typed.headers.filter(({ name }) => name.trim()).map(({ name, value }) => [name.trim(), value])) }
  }
  return Object.fromEntries(Object.entries(typed.members).filter(([, value]) => value !== ''))
}

/** What was typed for fields of the integration's config; empty ones are left to their defaults. */
export const configOf = (fields: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value.trim() !== ''))
