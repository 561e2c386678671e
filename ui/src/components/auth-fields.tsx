import type { Shape } from '@/api/client'
import { Field, Input, Select } from './field'

type Scheme = Shape['AuthScheme']

/** The auth types, in the words of the console. */
export const AUTH_TYPES: readonly { type: NonNullable<Scheme['type']>; label: string }[] = [
  { type: 'none', label: 'No credential' },
  { type: 'api_key', label: 'API key' },
  { type: 'bearer', label: 'Bearer token' },
  { type: 'basic', label: 'Basic (user and password)' },
  { type: 'custom_headers', label: 'Several secret headers' },
  { type: 'oauth2', label: 'OAuth 2.0' },
]

const GRANTS: readonly { grant: NonNullable<Scheme['grant']>; label: string }[] = [
  { grant: 'authorization_code', label: 'Authorization code: an account’s owner consents' },
  { grant: 'client_credentials', label: 'Client credentials: the app itself' },
  { grant: 'password', label: 'Password of the account' },
  { grant: 'jwt_bearer', label: 'JWT bearer: a service account' },
]

/** A scheme of a type, with what its kind cannot do without. */
export function schemeOf(type: NonNullable<Scheme['type']>): Scheme {
  if (type === 'api_key') return { type, in: 'header', name: 'X-Api-Key' }
  if (type === 'oauth2') return { type, grant: 'authorization_code', authorize_url: '', token_url: '', scopes: [] }
  return { type }
}

type Props = {
  value: Scheme
  onChange: (value: Scheme) => void
  /** What the API objected to, by pointer below the scheme, such as `/token_url`. */
  fault?: (pointer: string) => string | undefined
}

/** How calls of an integration authenticate, and where the credential goes. */
export function AuthFields({ value, onChange, fault = () => undefined }: Props) {
  const change = (part: Partial<Scheme>) => onChange({ ...value, ...part })
  const text = (name: 'name' | 'prefix' | 'authorize_url' | 'token_url', label: string, hint?: string, placeholder?: string, optional?: boolean) => (
    <Field label={label} hint={hint} error={fault(`/${name}`)} optional={optional}>
      {(control) => <Input {...control} value={value[name] ?? ''} placeholder={placeholder} onChange={(event) => change({ [name]: event.target.value || null })} />}
    </Field>
  )
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <Field label="Authentication" error={fault('/type')}>
        {(control) => (
          <Select {...control} value={value.type ?? 'none'} onChange={(event) => onChange(schemeOf(event.target.value as NonNullable<Scheme['type']>))}>
            {AUTH_TYPES.map(({ type, label }) => (
              <option key={type} value={type}>
                {label}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {value.type === 'api_key' && (
        <>
          <Field label="The key goes into" error={fault('/in')}>
            {(control) => (
              <Select {...control} value={value.in ?? 'header'} onChange={(event) => change({ in: event.target.value as Scheme['in'] })}>
                <option value="header">a header</option>
                <option value="query">the query</option>
                <option value="cookie">a cookie</option>
              </Select>
            )}
          </Field>
          {text('name', 'Its name', undefined, 'X-Api-Key')}
          {text('prefix', 'Prefix', 'Stands before the key, such as Token.', undefined, true)}
        </>
      )}
      {value.type === 'bearer' && text('prefix', 'Prefix', 'Bearer, unless the API wants another word.', 'Bearer', true)}
      {value.type === 'oauth2' && (
        <>
          <Field label="Grant" error={fault('/grant')}>
            {(control) => (
              <Select {...control} value={value.grant ?? 'authorization_code'} onChange={(event) => change({ grant: event.target.value as Scheme['grant'] })}>
                {GRANTS.map(({ grant, label }) => (
                  <option key={grant} value={grant}>
                    {label}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          {value.grant === 'authorization_code' && text('authorize_url', 'Authorize URL', undefined, 'https://…/authorize')}
          {text('token_url', 'Token URL', undefined, 'https://…/token')}
          <Field label="Scopes" hint="Separated by spaces." optional error={fault('/scopes')}>
            {(control) => (
              <Input
                {...control}
                key={value.type}
                defaultValue={(value.scopes ?? []).join(' ')}
                onChange={(event) => change({ scopes: event.target.value.split(/\s+/).filter(Boolean) })}
              />
            )}
          </Field>
        </>
      )}
    </div>
  )
}
