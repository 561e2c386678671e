import { useState } from 'react'
import { apiUrl, type Shape } from '@/api/client'
import { CodeBlock } from '@/components/copy'
import { Tabs } from '@/components/tabs'
import type { Schema } from '@/schema-form/schema'
import type { Panel } from './panel'
import { LANGUAGES, snippet, type Language } from './snippets'

const CHOSEN = 'waygate.language'

/** The same call as code, to copy without running it. */
export function CodePanel({ action, panel }: { action: Shape['Action']; panel: Panel }) {
  const [language, setLanguage] = useState<Language>(() => LANGUAGES.find(({ value }) => value === sessionStorage.getItem(CHOSEN))?.value ?? 'curl')
  const call = { api: apiUrl, integration: action.integration, action: action.name, input: panel.value, options: panel.options, schema: action.input_schema as Schema }
  const choose = (next: Language) => {
    sessionStorage.setItem(CHOSEN, next)
    setLanguage(next)
  }
  return (
    <section aria-label="Code" className="panel">
      <Tabs
        label="The same call as code"
        value={language}
        onChange={choose}
        items={LANGUAGES.map(({ value, label }) => ({ value, label, panel: <CodeBlock label={`The call in ${label}`} text={snippet(value, call)} /> }))}
      />
    </section>
  )
}
