import { Check, Circle, CircleDot, CircleSlash, LoaderCircle, OctagonX } from 'lucide-react'
import type { Shape } from '@/api/client'
import { cx } from '@/components/classes'
import { count } from '@/components/numbers'
import { STEPS, stepsOf, type StepState } from './steps'

const LOOK: Record<StepState, { word: string; text: string; icon: typeof Check }> = {
  done: { word: 'done', text: 'text-ok', icon: Check },
  now: { word: 'now', text: 'text-accent', icon: LoaderCircle },
  ahead: { word: 'ahead', text: 'text-muted', icon: Circle },
  stopped: { word: 'stopped here', text: 'text-bad', icon: OctagonX },
  skipped: { word: 'not needed', text: 'text-muted', icon: CircleSlash },
}

/** The steps of a job in order, and what it has come to so far. */
export function Steps({ job }: { job: Shape['Job'] }) {
  const states = stepsOf(job)
  const { pages_read, pages_found, endpoints } = job.progress
  const waits = job.status === 'needs_review'
  return (
    <>
      <ol className="grid gap-x-3 gap-y-2 sm:grid-cols-4 lg:grid-cols-7">
        {STEPS.map((step, index) => {
          const state = states[index] ?? 'ahead'
          const isMoving = state === 'now' && !waits
          const { word, text, icon } = LOOK[state]
          const Icon = state === 'now' && waits ? CircleDot : icon
          return (
            <li key={step.key} aria-current={state === 'now' ? 'step' : undefined} className="flex min-w-0 gap-2 text-sm">
              <Icon aria-hidden className={cx('mt-0.5 size-4 shrink-0', text, isMoving && 'animate-spin')} />
              <div className="min-w-0">
                <div className={cx(state === 'now' ? 'font-semibold' : 'font-medium', state === 'skipped' && 'text-muted')}>
                  {step.label} <span className="sr-only">: {word}</span>
                </div>
                <div className="text-xs text-muted">{state === 'skipped' ? 'not needed' : step.what}</div>
              </div>
            </li>
          )
        })}
      </ol>
      <p role="status" className="mt-4 border-t border-line pt-3 text-sm tabular-nums">
        {count(pages_read)} of {count(pages_found)} {pages_found === 1 ? 'page' : 'pages'} read, {count(endpoints)}{' '}
        {endpoints === 1 ? 'endpoint' : 'endpoints'} found
        {job.progress.tokens > 0 && `, ${count(job.progress.tokens)} tokens for $${job.progress.cost_usd.toFixed(4)}`}
      </p>
    </>
  )
}
