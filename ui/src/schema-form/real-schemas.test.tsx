import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { renderToString } from 'react-dom/server'
import { expect, test } from 'vitest'
import { exampleInput } from './example'
import realSchemas from './fixtures/real-schemas.json'
import { noFormBecause } from './prepare'
import type { Input, Schema } from './schema'
import SchemaForm from './schema-form'
import { createCheck } from './validate'

// 50 input schemas of published descriptions, GitHub's and Stripe's (both MIT).
const SCHEMAS = Object.entries(realSchemas as unknown as Record<string, Schema>)
const CONTROL = /<(input|select|textarea|button)\b/

const render = (schema: Schema, value: Input) =>
  renderToString(
    <QueryClientProvider client={new QueryClient()}>
      <SchemaForm schema={schema} value={value} onChange={() => undefined} faults={new Map()} />
    </QueryClientProvider>,
  )

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#x27;')

test('there are 50 of them', () => expect(SCHEMAS).toHaveLength(50))

test.each(SCHEMAS)('%s has a form with every one of its members, or says why it has none', (_, schema) => {
  if (noFormBecause(schema)) return
  const html = render(schema, exampleInput(schema))
  for (const name of Object.keys(schema.properties ?? {})) expect(html).toContain(`>${escaped(name)}<`)
  if (Object.keys(schema.properties ?? {}).length) expect(html).toMatch(CONTROL)
})

test.each(SCHEMAS)('%s misses exactly what it requires', (_, schema) => {
  const missing = (schema.required ?? []).map((name) => `/${name}`)
  const faults = createCheck(schema)({})
  const told = faults.filter(({ detail }) => detail === 'is required').map(({ pointer }) => pointer)
  expect(told.sort()).toEqual(missing.sort())
})
