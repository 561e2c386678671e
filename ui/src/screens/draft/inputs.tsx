import { Chip } from '@/components/state'
import { evidenceFor } from './evidence'
import type { Whole } from './queries'
import { Quotes } from './quote'
import { typeOf } from './words'

type Property = { description?: unknown; default?: unknown; readOnly?: unknown }

/** What an action takes: a line for each property, with its quote. */
export function Inputs({ action }: { action: Whole }) {
  const schema = (action.input_schema ?? {}) as { properties?: Record<string, Property>; required?: string[] }
  const properties = Object.entries(schema.properties ?? {})
  const required = new Set(schema.required)
  if (!properties.length) return <p className="text-sm text-muted">It takes no input.</p>
  return (
    <section aria-label="Input">
      <h3 className="mb-1 text-sm font-semibold">Input</h3>
      <ul className="divide-y divide-line rounded-md border border-line">
        {properties.map(([name, property]) => {
          const place = action.bindings?.[name]?.in
          return (
            <li key={name} className="grid gap-x-4 gap-y-1.5 px-3 py-2 text-sm sm:grid-cols-2">
              <div className="min-w-0">
                <div className="flex flex-wrap items-baseline gap-x-2">
                  <code className="font-mono text-xs font-semibold wrap-anywhere">{name}</code>
                  <span className="text-xs text-muted wrap-anywhere">{typeOf(property)}</span>
                  {required.has(name) && <span className="text-xs text-warn">required</span>}
                  {place && <Chip>{place}</Chip>}
                </div>
                {typeof property.description === 'string' && <p className="mt-0.5 text-muted wrap-anywhere">{property.description}</p>}
                {property.default !== undefined && (
                  <p className="mt-0.5 text-xs text-muted">
                    default <code className="font-mono">{JSON.stringify(property.default)}</code>
                  </p>
                )}
              </div>
              <div className="min-w-0">
                <Quotes of={evidenceFor(action.evidence, `input_schema/${name}`)} />
              </div>
            </li>
          )
        })}
      </ul>
    </section>
  )
}
