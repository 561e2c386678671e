import { useQuery } from '@tanstack/react-query'
import { FlaskConical, Play, RotateCcw } from 'lucide-react'
import { lazy, Suspense, useEffect, useRef, useState, type ReactNode } from 'react'
import type { Shape } from '@/api/client'
import { wholeActionQuery } from '@/api/queries'
import { Button } from '@/components/button'
import { useDrawn } from '@/components/drawn'
import { JsonView } from '@/components/json-view'
import { ProblemNotice } from '@/components/problem'
import { SkeletonLines } from '@/components/skeleton'
import { Tabs } from '@/components/tabs'
import { exampleInput } from '@/schema-form/example'
import { FormSkeleton } from '@/schema-form/form-skeleton'
import { noFormBecause } from '@/schema-form/prepare'
import { pathOf, type Schema } from '@/schema-form/schema'
import { CallOptions } from './call-options'
import type { Mode, PanelHandle } from './panel'
import { Sources } from './sources'

const SchemaForm = lazy(() => import('@/schema-form/schema-form'))
const JsonEditor = lazy(() => import('@/components/json-editor'))

type Props = { action: Shape['Action']; handle: PanelHandle; onRun: (isDry: boolean) => Promise<boolean> }

/** The input of a call, as a form and as JSON; with which connection; and the buttons that make it. */
export function InputPanel({ action, handle, onRun }: Props) {
  const { panel } = handle
  const section = useRef<HTMLElement>(null)
  const schema = action.input_schema as Schema
  const whyNoForm = noFormBecause(schema)
  const [isRefused, setRefused] = useState(false)
  const run = async (isDry: boolean) => setRefused(!(await onRun(isDry)))
  // What is wrong is marked; goes to the first of it.
  const refused = isRefused && (
    <Arrived
      onArrival={() => {
        section.current?.querySelector<HTMLElement>('[aria-invalid="true"], .cm-content')?.focus()
        setRefused(false)
      }}
    />
  )
  const items: { value: Mode; label: string; panel: ReactNode }[] = [
    {
      value: 'form',
      label: 'Form',
      panel: whyNoForm ? <NoForm why={whyNoForm} onJson={() => handle.show('json')} /> : <FormInput handle={handle} schema={schema} beneath={refused} />,
    },
    { value: 'json', label: 'JSON', panel: <JsonInput handle={handle} onSubmit={() => void run(false)} beneath={refused} /> },
    { value: 'schema', label: 'Schema', panel: <Schemas action={action} /> },
    { value: 'sources', label: 'Sources', panel: <Sources action={action} /> },
  ]
  return (
    <section
      ref={section}
      aria-label="Input"
      className="panel"
      onKeyDown={(event) => {
        if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.defaultPrevented) return
        event.preventDefault()
        void run(false)
      }}
    >
      <Tabs label="Input" items={items} value={panel.mode} onChange={handle.show} />
      <div className="border-t border-line p-4">
        <CallOptions action={action} handle={handle} />
      </div>
      <div className="sticky bottom-0 z-10 flex flex-wrap gap-2 rounded-b-lg border-t border-line bg-raised p-3">
        <Button look="primary" needs="invoke" busy={panel.running === 'run'} disabled={panel.running !== null} onClick={() => void run(false)} title="Ctrl + Enter">
          {panel.running !== 'run' && <Play aria-hidden className="size-3.5" />}
          {action.behaviour === 'read' ? 'Run' : 'Run against the real account'}
        </Button>
        <Button needs="invoke" busy={panel.running === 'dry'} disabled={panel.running !== null} onClick={() => void run(true)} title="Shows the exact request, and sends nothing">
          {panel.running !== 'dry' && <FlaskConical aria-hidden className="size-3.5" />}
          Dry run
        </Button>
        <span className="flex-1" />
        <Button look="quiet" onClick={() => handle.reset(exampleInput(schema))} title="Back to the examples of the documentation">
          <RotateCcw aria-hidden className="size-3.5" />
          Reset
        </Button>
      </div>
    </section>
  )
}

/** Says that what it stands beneath is on the page, however long its code took to come. */
function Arrived({ onArrival }: { onArrival: () => void }) {
  useEffect(onArrival, [])
  return null
}

function FormInput({ handle, schema, beneath }: { handle: PanelHandle; schema: Schema; beneath: ReactNode }) {
  const { panel } = handle
  const isDrawn = useDrawn()
  if (panel.written === 'json') return <p className="text-sm">The JSON cannot be read yet, so the form waits: {panel.broken}</p>
  // Faults of what the form has no field for.
  const elsewhere = [...panel.faults].filter(([pointer]) => {
    const [first] = pathOf(pointer)
    return first === undefined || !(first in (schema.properties ?? {}))
  })
  return (
    <>
      <FaultList faults={elsewhere} />
      {Object.keys(schema.properties ?? {}).length ? (
        <Suspense fallback={<FormSkeleton schema={schema} />}>
          {isDrawn ? (
            <>
              <SchemaForm schema={schema} value={panel.value} onChange={handle.write} faults={panel.faults} />
              {beneath}
            </>
          ) : (
            <FormSkeleton schema={schema} />
          )}
        </Suspense>
      ) : (
        <p className="text-sm text-muted">This action takes no input.</p>
      )}
    </>
  )
}

function JsonInput({ handle, onSubmit, beneath }: { handle: PanelHandle; onSubmit: () => void; beneath: ReactNode }) {
  const { panel } = handle
  return (
    <>
      <Suspense fallback={<SkeletonLines count={6} />}>
        <JsonEditor label="Input as JSON" value={panel.text} onChange={handle.writeText} faults={panel.faults} onSubmit={onSubmit} />
        {beneath}
      </Suspense>
      {panel.broken && (
        <p role="alert" className="mt-2 text-xs font-medium text-bad">
          {panel.broken}
        </p>
      )}
      <div className="mt-2">
        <FaultList faults={[...panel.faults]} />
      </div>
    </>
  )
}

function FaultList({ faults }: { faults: [string, string][] }) {
  if (!faults.length) return null
  return (
    <div role="alert" className="mb-3 text-xs font-medium text-bad">
      <ul className="space-y-0.5">
        {faults.map(([pointer, detail]) => (
          <li key={pointer} className="wrap-anywhere">
            <code className="font-mono">{pointer || 'input'}</code> {detail}
          </li>
        ))}
      </ul>
    </div>
  )
}

const NoForm = ({ why, onJson }: { why: string; onJson: () => void }) => (
  <div className="space-y-3 text-sm">
    <p>{why}</p>
    <Button onClick={onJson}>Write it as JSON</Button>
  </div>
)

function Schemas({ action }: { action: Shape['Action'] }) {
  const whole = useQuery(wholeActionQuery(action.integration, action.name))
  return (
    <div className="space-y-4">
      <h3 className="mb-1 text-sm font-medium">Input</h3>
      <JsonView label="Input schema" text={JSON.stringify(action.input_schema, null, 2)} />
      <h3 className="mb-1 text-sm font-medium">Output</h3>
      {whole.error ? (
        <ProblemNotice error={whole.error} retry={() => void whole.refetch()} />
      ) : !whole.data ? (
        <SkeletonLines count={4} />
      ) : whole.data.output_schema ? (
        <JsonView label="Output schema" text={JSON.stringify(whole.data.output_schema, null, 2)} />
      ) : (
        <p className="text-sm text-muted">The documentation does not say what is answered.</p>
      )}
    </div>
  )
}
