import { useNavigate, useSearch } from '@tanstack/react-router'
import { Link } from '@tanstack/react-router'
import { cx } from '@/components/classes'
import { Page } from '@/components/page'
import { ByHand } from './by-hand'
import { FromDocumentation } from './from-documentation'
import { WAYS, type Way } from './route'

const LABEL: Record<Way, string> = { url: 'From an address', file: 'From a file', paste: 'Paste', hand: 'By hand' }

/** A new integration: from its documentation in any form, or written by hand. */
export function Add() {
  const { way = 'url', url, name } = useSearch({ from: '/shell/add' })
  const navigate = useNavigate({ from: '/add' })
  return (
    <Page title="Add an integration" trail={<Link to="/integrations">Integrations</Link>}>
      <div className="max-w-3xl">
        <fieldset className="mb-4">
          <legend className="sr-only">Where its actions come from</legend>
          <div className="grid grid-cols-2 gap-px overflow-hidden rounded-md border border-edge/50 bg-edge/50 sm:inline-grid sm:grid-cols-4">
            {WAYS.map((one) => (
              <label
                key={one}
                className={cx(
                  'flex min-h-8 cursor-pointer items-center justify-center px-4 text-sm has-focus-visible:outline-2 has-focus-visible:-outline-offset-2 has-focus-visible:outline-accent',
                  one === way ? 'bg-tint font-medium text-accent' : 'bg-raised hover:bg-sunk',
                )}
              >
                <input
                  type="radio"
                  name="way"
                  className="sr-only"
                  checked={one === way}
                  onChange={() => void navigate({ search: (now) => ({ ...now, way: one === 'url' ? undefined : one }), replace: true })}
                />
                {LABEL[one]}
              </label>
            ))}
          </div>
        </fieldset>
        {way === 'hand' ? <ByHand /> : <FromDocumentation key={way} way={way} url={url} name={name} />}
      </div>
    </Page>
  )
}
