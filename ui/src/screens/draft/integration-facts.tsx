import type { Shape } from '@/api/client'
import { CodeBlock } from '@/components/copy'
import { Facts } from '@/components/facts'
import { AUTH_TYPES } from '@/components/auth-fields'
import { evidenceFor } from './evidence'
import { Quotes } from './quote'

type Read = { title?: string; base_url?: string | null; auth?: Shape['AuthScheme']; profile?: object; evidence?: Shape['Evidence'][] }

/** What the documentation says of the API as a whole. */
export function IntegrationFacts({ integration }: { integration: Shape['Draft']['integration'] }) {
  const { title, base_url, auth, profile, evidence } = integration as Read
  const proven = (what: React.ReactNode, field: string) => (
    <div className="space-y-1.5 pb-1">
      <div>{what}</div>
      <Quotes of={evidenceFor(evidence, field)} />
    </div>
  )
  return (
    <div className="max-w-3xl space-y-4">
      <Facts
        items={[
          ['Title', title],
          ['Base URL', proven(base_url ? <code className="font-mono text-xs">{base_url}</code> : <span className="text-warn">not said: start again with a base URL</span>, 'base_url')],
          ['Authentication', proven(auth ? authLine(auth) : <span className="text-warn">not said</span>, 'auth')],
        ]}
      />
      {profile && Object.keys(profile).length > 0 && (
        <section aria-label="Profile" className="space-y-2">
          <h2 className="text-sm font-semibold">Profile</h2>
          <CodeBlock label="Profile" text={JSON.stringify(profile, null, 2)} />
          <Quotes of={evidenceFor(evidence, 'profile')} />
        </section>
      )}
    </div>
  )
}

function authLine({ type = 'none', in: place, name, grant, scopes }: Shape['AuthScheme']): string {
  const word = AUTH_TYPES.find((each) => each.type === type)?.label ?? type
  if (type === 'api_key') return `${word}, in the ${place} ${name ?? ''}`
  if (type === 'oauth2') return `${word}, ${(grant ?? '').replaceAll('_', ' ')}${scopes?.length ? `, scopes ${scopes.join(' ')}` : ''}`
  return word
}
