import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState, type FormEvent } from 'react'
import { api, unwrap, type Shape } from '@/api/client'
import { asProblem } from '@/api/problem'
import { Button } from '@/components/button'
import { Checkbox, Field, Input, Textarea } from '@/components/field'
import { ProblemNotice } from '@/components/problem'
import { detectText, detectUrl, nameFrom, type Detected } from './detect'
import { FilePicker, type Picked } from './file-picker'
import { jobOf, NO_OPTIONS, Options, type JobOptions } from './options'
import { upload } from './upload'
import { WhatHappens } from './what-happens'

type Props = { way: 'url' | 'file' | 'paste'; url?: string; name?: string }

/** Documentation in, a job out: tells what it takes it for before anything starts. */
export function FromDocumentation({ way, url: givenUrl = '', name: givenName = '' }: Props) {
  const [url, setUrl] = useState(givenUrl)
  const [text, setText] = useState('')
  const [file, setFile] = useState<Picked | null>(null)
  const [ownName, setOwnName] = useState<string | null>(givenName || null)
  const [options, setOptions] = useState<JobOptions>(NO_OPTIONS)
  const navigate = useNavigate()
  const queries = useQueryClient()

  const detected = detect(way, url, text, file)
  const suggestion = detected?.title || (way === 'url' ? url : (file?.name.replace(/\.[a-z]+$/i, '') ?? ''))
  const name = ownName ?? (suggestion ? nameFrom(suggestion) : '')

  const start = useMutation({
    mutationFn: async () => {
      const source: Shape['Source'] =
        way === 'url' ? { url: url.trim() } : { upload: await upload(way === 'file' && file ? file.bytes : new TextEncoder().encode(text)) }
      return unwrap(api.POST('/scrape-jobs', { body: jobOf(name, source, options) }))
    },
    onSuccess: (job) => {
      void queries.invalidateQueries({ queryKey: ['jobs'] })
      void navigate({ to: '/jobs/$job', params: { job: job.id } })
    },
  })
  const faults = start.error ? asProblem(start.error).faults() : new Map<string, string>()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    start.mutate()
  }
  return (
    <form onSubmit={submit} className="space-y-4">
      {way === 'url' && (
        <Field label="Address" hint="Of a documentation site, or of a description: OpenAPI, Swagger, Postman, a zip of them." error={faults.get('/source/url')}>
          {(control) => (
            <Input {...control} type="url" required autoFocus value={url} onChange={(event) => setUrl(event.target.value)} placeholder="https://docs.example.com/api" />
          )}
        </Field>
      )}
      {way === 'file' && <FilePicker picked={file} onPick={setFile} />}
      {way === 'paste' && (
        <Field label="Description" hint="OpenAPI or Swagger in JSON or YAML, a Postman collection, or a pack.">
          {(control) => (
            <Textarea {...control} required rows={12} value={text} onChange={(event) => setText(event.target.value)} className="font-mono text-xs!" placeholder={'openapi: 3.1.0\ninfo:\n  title: …'} />
          )}
        </Field>
      )}
      {detected && <WhatHappens detected={detected} autoPublish={options.autoPublish} />}
      <Field
        label="Name"
        hint="Apps call its actions under this name. An integration of this name gets the differences, for review."
        error={faults.get('/integration')}
      >
        {(control) => (
          <Input
            {...control}
            required
            pattern="[a-z0-9][a-z0-9\-]{0,62}"
            title="Small letters, digits and hyphens; at most 63."
            value={name}
            onChange={(event) => setOwnName(event.target.value)}
            className="max-w-sm font-mono"
          />
        )}
      </Field>
      <Options value={options} onChange={setOptions} detected={detected} faults={faults} />
      <Checkbox
        label="Publish what is sure without a review"
        checked={options.autoPublish}
        onChange={(event) => setOptions({ ...options, autoPublish: event.target.checked })}
      />
      {start.error && <ProblemNotice error={start.error} />}
      <div>
        <Button type="submit" look="primary" needs="registry:write" busy={start.isPending} disabled={!detected || !name}>
          Start
        </Button>
      </div>
    </form>
  )
}

function detect(way: Props['way'], url: string, text: string, file: Picked | null): Detected | null {
  if (way === 'file') return file?.detected ?? null
  if (way === 'paste') return text.trim() ? detectText(text) : null
  const kind = detectUrl(url.trim())
  return kind && { kind }
}
