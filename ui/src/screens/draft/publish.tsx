import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { api, unwrap, type Shape } from '@/api/client'
import { outdated } from '@/api/stale'
import { Button } from '@/components/button'
import { Dialog } from '@/components/dialog'
import { Field, Select } from '@/components/field'
import { count } from '@/components/numbers'
import { ProblemNotice } from '@/components/problem'
import { readDraft } from './queries'

type Props = { job: Shape['WholeJob']; draft: Shape['Draft']; onClose: () => void }
type Choice = 'accepted' | 'sure'

/** What is about to be published, and then what was. */
export function Publish({ job, draft, onClose }: Props) {
  const [choice, setChoice] = useState<Choice | null>(null)
  const [least, setLeast] = useState('0.8')
  const queries = useQueryClient()
  const accepted = useQuery({ queryKey: ['drafts', job.id, 'accepted'], queryFn: () => namesOfAccepted(job.id), staleTime: 0, gcTime: 0 })
  const chosen = choice ?? (accepted.data?.length === 0 ? 'sure' : 'accepted')
  const publish = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST('/scrape-jobs/{job}/publish', {
          params: { path: { job: job.id } },
          body: chosen === 'accepted' ? { accept: accepted.data ?? [] } : { accept: 'all', min_confidence: Number(least) },
        }),
      ),
    onSuccess: () => {
      void outdated(queries, 'drafts', 'jobs', 'integrations', 'actions')
    },
  })
  if (publish.data) return <Published done={publish.data} onClose={onClose} />
  const option = (value: Choice, label: React.ReactNode) => (
    <label className="flex items-start gap-2">
      <input type="radio" name="what" checked={chosen === value} onChange={() => setChoice(value)} className="mt-0.5 size-4 accent-accent" />
      <span>{label}</span>
    </label>
  )
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={`Publish ${job.integration}`} description="What is published can be called by every app whose key may.">
      <div className="space-y-4 text-sm">
        <fieldset className="space-y-2">
          <legend className="sr-only">What to publish</legend>
          {option('accepted', <>The {accepted.data ? count(accepted.data.length) : '…'} that you have accepted, and nothing else</>)}
          {option('sure', <>All that is sure enough and not rejected</>)}
        </fieldset>
        {chosen === 'sure' && (
          <Field label="Sure enough is" hint="A field without a quote, or a guessed method, is never accepted this way.">
            {(control) => (
              <Select {...control} value={least} onChange={(event) => setLeast(event.target.value)} className="max-w-40">
                <option value="0.9">90 % and more</option>
                <option value="0.8">80 % and more</option>
                <option value="0.5">50 % and more</option>
                <option value="0">anything</option>
              </Select>
            )}
          </Field>
        )}
        {!!draft.changes.breaking && <p className="text-bad">{count(draft.changes.breaking)} changed actions break their callers: see “changed”.</p>}
        {publish.error && <ProblemNotice error={publish.error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" needs="registry:write" busy={publish.isPending} disabled={chosen === 'accepted' && !accepted.data?.length} onClick={() => publish.mutate()}>
            Publish
          </Button>
        </div>
      </div>
    </Dialog>
  )
}

function Published({ done, onClose }: { done: Shape['Publication-Output']; onClose: () => void }) {
  const { integration, published, kept, held } = done
  const reasons = Object.entries(held)
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={`${count(published.length)} published`}>
      <div className="space-y-4 text-sm">
        <p role="status">
          {kept.length > 0 ? `${count(kept.length)} stay in the draft.` : 'Nothing is left in the draft.'} Connect an account next, and try one.
        </p>
        {reasons.length > 0 && (
          <details>
            <summary className="w-fit">{count(reasons.length)} are only accepted by name</summary>
            <ul className="mt-1 max-h-48 space-y-1 overflow-y-auto">
              {reasons.map(([name, why]) => (
                <li key={name} className="wrap-anywhere">
                  <code className="font-mono text-xs">{name}</code> {why}
                </li>
              ))}
            </ul>
          </details>
        )}
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={onClose}>Back to the draft</Button>
          <Button look="primary" asChild>
            <Link to="/integrations/$integration" params={{ integration }}>
              Open {integration}
            </Link>
          </Button>
        </div>
      </div>
    </Dialog>
  )
}

/** The names of all accepted actions, page by page. */
async function namesOfAccepted(job: string): Promise<string[]> {
  const names: string[] = []
  let cursor: string | undefined
  do {
    const page = await readDraft(job, { state: 'accepted' }, cursor)
    names.push(...page.actions.map(({ name }) => name))
    cursor = page.next_cursor ?? undefined
  } while (cursor)
  return names
}
