import type { Shape } from '@/api/client'
import { AuthFields } from '@/components/auth-fields'
import { Checkbox, Field, Input, Select } from '@/components/field'
import type { Detected } from './detect'

/** What a job may be told besides its source. Empty fields are left to the documentation, or to the defaults. */
export type JobOptions = {
  baseUrl: string
  auth: Shape['AuthScheme'] | null
  verifyPath: string
  autoPublish: boolean
  scope: 'path' | 'host' | 'site'
  pages: string
  depth: string
  tokens: string
}

export const NO_OPTIONS: JobOptions = { baseUrl: '', auth: null, verifyPath: '', autoPublish: false, scope: 'path', pages: '', depth: '', tokens: '' }

/** The job of a source with its options. */
export function jobOf(integration: string, source: Shape['Source'], options: JobOptions): Shape['NewJob'] {
  const { baseUrl, auth, verifyPath, autoPublish, scope, pages, depth, tokens } = options
  const limits: Shape['Limits'] = {
    ...(scope !== 'path' && { scope }),
    ...(pages && { pages: Number(pages) }),
    ...(depth && { depth: Number(depth) }),
    ...(tokens && { tokens: Number(tokens) }),
  }
  return {
    integration,
    source,
    auto_publish: autoPublish,
    ...(baseUrl.trim() && { base_url: baseUrl.trim() }),
    ...(auth && { auth }),
    ...(verifyPath.trim() && { verification: { path: verifyPath.trim() } }),
    ...(Object.keys(limits).length && { limits }),
  }
}

type Props = {
  value: JobOptions
  onChange: (value: JobOptions) => void
  detected: Detected | null
  faults: Map<string, string>
}

/** Base URL, auth, verification call, and the limits of a crawl. Opens by itself where something is missing. */
export function Options({ value, onChange, detected, faults }: Props) {
  const change = (part: Partial<JobOptions>) => onChange({ ...value, ...part })
  const isDescription = detected?.operations !== undefined
  const lacksUrl = isDescription && !detected.baseUrl
  const lacksAuth = isDescription && !detected.hasAuth
  const number = (name: 'pages' | 'depth' | 'tokens', label: string, hint: string) => (
    <Field label={label} hint={hint} optional error={faults.get(`/limits/${name}`)}>
      {(control) => <Input {...control} inputMode="numeric" pattern="[0-9]*" value={value[name]} onChange={(event) => change({ [name]: event.target.value })} />}
    </Field>
  )
  return (
    <details className="panel p-4" open={lacksUrl || lacksAuth || undefined}>
      <summary className="text-sm font-medium">
        Options
        {lacksUrl && <span className="ml-2 font-normal text-warn">The description does not say where its API is.</span>}
        {lacksAuth && !lacksUrl && <span className="ml-2 font-normal text-warn">The description does not say how calls authenticate.</span>}
      </summary>
      <div className="mt-4 space-y-4">
        <Field label="Base URL" hint="Wins over what the documentation says." optional={!lacksUrl} error={faults.get('/base_url')}>
          {(control) => <Input {...control} type="url" value={value.baseUrl} onChange={(event) => change({ baseUrl: event.target.value })} placeholder="https://api.example.com/v1" />}
        </Field>
        <Checkbox
          label="Say how calls authenticate, instead of the documentation"
          checked={value.auth !== null}
          onChange={(event) => change({ auth: event.target.checked ? { type: 'bearer' } : null })}
        />
        {value.auth && <AuthFields value={value.auth} onChange={(auth) => change({ auth })} fault={(pointer) => faults.get(`/auth${pointer}`)} />}
        <Field
          label="Verification call"
          hint="A GET that answers 200 with a good credential, such as /me: a connection is active only once it has passed."
          optional
          error={faults.get('/verification/path')}
        >
          {(control) => <Input {...control} value={value.verifyPath} onChange={(event) => change({ verifyPath: event.target.value })} placeholder="/me" className="max-w-sm" />}
        </Field>
        {detected?.kind === 'site' && (
          <fieldset>
            <legend className="mb-2 text-sm font-medium">Limits of the crawl</legend>
            <div className="grid gap-4 sm:grid-cols-4">
              <Field label="Scope" error={faults.get('/limits/scope')}>
                {(control) => (
                  <Select {...control} value={value.scope} onChange={(event) => change({ scope: event.target.value as JobOptions['scope'] })}>
                    <option value="path">below the address</option>
                    <option value="host">the whole host</option>
                    <option value="site">all hosts of the domain</option>
                  </Select>
                )}
              </Field>
              {number('pages', 'Pages', 'At most 200')}
              {number('depth', 'Depth', 'At most 4 links')}
              {number('tokens', 'Tokens', 'That a model may spend')}
            </div>
          </fieldset>
        )}
      </div>
    </details>
  )
}
