import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { api, unwrap, type Shape } from '@/api/client'
import { etagOf } from '@/api/etag'
import { mergePatch } from '@/api/merge-patch'
import { asProblem } from '@/api/problem'
import { readJson } from '@/api/read-json'
import { Button } from '@/components/button'
import { Field, Input, Textarea } from '@/components/field'
import { ProblemNotice } from '@/components/problem'

const shown = (value: object) => (Object.keys(value).length ? JSON.stringify(value, null, 2) : '')

/** What a connection holds besides its credential. */
export function Settings({ stored }: { stored: Shape['Connection'] }) {
  const [row, setRow] = useState(stored) // what was last read and saved here
  const [config, setConfig] = useState(shown(row.config))
  const [metadata, setMetadata] = useState(shown(row.metadata))
  const [tags, setTags] = useState(row.tags.join(', '))
  const queries = useQueryClient()
  const read = { config: objectOf(config), metadata: objectOf(metadata) }
  const save = useMutation({
    mutationFn: () =>
      unwrap(
        api.PATCH('/connections/{integration}/{connection}', {
          params: { path: { integration: row.integration, connection: row.name } },
          headers: { 'If-Match': etagOf(row) },
          body: {
            config: mergePatch(row.config, read.config.value) as Record<string, unknown>,
            metadata: mergePatch(row.metadata, read.metadata.value) as Record<string, unknown>,
            tags: tags.split(',').map((tag) => tag.trim()).filter(Boolean),
          },
        }),
      ),
    onSuccess: (saved) => {
      setRow(saved)
      setConfig(shown(saved.config))
      setMetadata(shown(saved.metadata))
      setTags(saved.tags.join(', '))
      void queries.invalidateQueries({ queryKey: ['connections'] })
    },
  })
  const isChanged = config !== shown(row.config) || metadata !== shown(row.metadata) || tags !== row.tags.join(', ')
  const faults = save.error ? asProblem(save.error).faults() : new Map<string, string>()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!read.config.fault && !read.metadata.fault) save.mutate()
  }
  return (
    <section aria-labelledby="settings" className="panel p-4">
      <h2 id="settings" className="mb-3 text-sm font-semibold">
        Settings
      </h2>
      <form onSubmit={submit} className="space-y-4">
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label="Config" hint="What the API needs: a subdomain, a region. JSON." error={read.config.fault ?? faults.get('/config')}>
            {(control) => <Textarea {...control} rows={4} placeholder="{}" value={config} onChange={(event) => setConfig(event.target.value)} className="font-mono text-xs!" />}
          </Field>
          <Field label="Metadata" hint="What your app wants to remember. JSON." error={read.metadata.fault ?? faults.get('/metadata')}>
            {(control) => <Textarea {...control} rows={4} placeholder="{}" value={metadata} onChange={(event) => setMetadata(event.target.value)} className="font-mono text-xs!" />}
          </Field>
        </div>
        <Field label="Tags" hint="Separated by commas." error={faults.get('/tags')}>
          {(control) => <Input {...control} value={tags} onChange={(event) => setTags(event.target.value)} className="max-w-sm" />}
        </Field>
        {save.error && <ProblemNotice error={save.error} />}
        <div className="flex items-center gap-3">
          <Button type="submit" needs="connections:write" busy={save.isPending} disabled={!isChanged}>
            Save the settings
          </Button>
          {save.isSuccess && !isChanged && (
            <span role="status" className="text-sm text-ok">
              Saved
            </span>
          )}
        </div>
      </form>
    </section>
  )
}

function objectOf(text: string): { value: object; fault?: string } {
  const { value, fault } = readJson(text)
  if (fault) return { value: {}, fault }
  if (value === null) return { value: {} }
  return typeof value === 'object' && !Array.isArray(value) ? { value } : { value: {}, fault: 'It must be an object: {"name": "value"}.' }
}
