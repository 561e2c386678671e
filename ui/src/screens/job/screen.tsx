import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { api, unwrap, type Shape } from '@/api/client'
import { outdated } from '@/api/stale'
import { Button } from '@/components/button'
import { Copyable } from '@/components/copy'
import { ExternalLink } from '@/components/external-link'
import { Facts } from '@/components/facts'
import { Findings } from '@/components/findings'
import { count } from '@/components/numbers'
import { Page } from '@/components/page'
import { ProblemNotice } from '@/components/problem'
import { SkeletonLines } from '@/components/skeleton'
import { Time } from '@/components/time'
import { JobState } from '@/screens/jobs/job-state'
import { sourceOf, STATUS } from '@/screens/jobs/status'
import { Coverage } from './coverage'
import { Steps } from './step-list'

type WholeJob = Shape['WholeJob']

const LIVE_MS = 1_000

/** One run: where it is, what it has found, what it had to leave out. */
export function Job() {
  const { job: id } = useParams({ from: '/shell/jobs/$job' })
  const queries = useQueryClient()
  const key = ['jobs', 'one', id]
  const query = useQuery({
    queryKey: key,
    queryFn: () => unwrap(api.GET('/scrape-jobs/{job}', { params: { path: { job: id } } })),
    refetchInterval: ({ state }) => (state.data && STATUS[state.data.status].moves ? LIVE_MS : false),
  })
  const job = query.data
  const cancel = useMutation({
    mutationFn: () => unwrap(api.POST('/scrape-jobs/{job}/cancel', { params: { path: { job: id } } })),
    onSettled: () => queries.invalidateQueries({ queryKey: key }),
  })
  useRefreshOnceDone(job?.status)
  const moves = job && STATUS[job.status].moves
  return (
    <Page
      title={job ? job.integration : 'Job'}
      beside={job && <JobState status={job.status} />}
      trail={<Link to="/jobs">Jobs</Link>}
      actions={
        job && (
          <>
            {moves && (
              <Button needs="registry:write" busy={cancel.isPending} onClick={() => cancel.mutate()}>
                Cancel
              </Button>
            )}
            <Onward job={job} />
          </>
        )
      }
    >
      {query.error ? (
        <ProblemNotice error={query.error} retry={() => void query.refetch()} />
      ) : (
        <div className="space-y-4">
          {cancel.error && <ProblemNotice error={cancel.error} />}
          <section aria-label="Progress" className="panel p-4">
            {job ? <Steps job={job} /> : <SkeletonLines count={3} />}
          </section>
          {job && <Told job={job} />}
        </div>
      )}
    </Page>
  )
}

/** Integrations and actions are others once a job has published. */
function useRefreshOnceDone(status: WholeJob['status'] | undefined) {
  const queries = useQueryClient()
  const before = useRef(status)
  useEffect(() => {
    const had = before.current
    before.current = status
    if (!had || had === status || !status || STATUS[status].moves) return
    void outdated(queries, 'integrations', 'actions', 'drafts')
  }, [status, queries])
}

/** What one would do next. */
function Onward({ job }: { job: WholeJob }) {
  if (job.status === 'needs_review') {
    return (
      <Button look="primary" asChild>
        <Link to="/jobs/$job/draft" params={{ job: job.id }}>
          Review the draft
        </Link>
      </Button>
    )
  }
  if (job.status === 'published') {
    return (
      <>
        <Button asChild>
          <Link to="/jobs/$job/draft" params={{ job: job.id }}>
            Draft
          </Link>
        </Button>
        <Button look="primary" asChild>
          <Link to="/integrations/$integration" params={{ integration: job.integration }}>
            Open {job.integration}
          </Link>
        </Button>
      </>
    )
  }
  if (job.status === 'failed' || job.status === 'cancelled') {
    const url = typeof job.source.url === 'string' ? job.source.url : undefined
    return (
      <Button asChild needs="registry:write">
        <Link to="/add" search={{ url, name: job.integration }}>
          Start again
        </Link>
      </Button>
    )
  }
  return null
}

function Told({ job }: { job: WholeJob }) {
  const { progress, source } = job
  const url = typeof source.url === 'string' ? source.url : null
  const reader = job.coverage?.model ? `rules, and the model ${job.coverage.model}` : job.coverage ? 'rules alone: no model is configured' : null
  return (
    <>
      {job.error && (
        <div role="alert" className="rounded-md border border-bad/40 bg-raised p-3 text-sm">
          <p className="font-medium text-bad">
            {job.error.detail} <code className="font-mono text-xs font-normal">{job.error.code}</code>
          </p>
          {job.error.suggested_fix && (
            <p className="mt-1">
              <span className="font-medium">What to do: </span>
              {job.error.suggested_fix}
            </p>
          )}
        </div>
      )}
      <section aria-label="Facts" className="panel p-4">
        <Facts
          items={[
            ['Source', url ? <ExternalLink href={url} /> : sourceOf(source)],
            ['Kind', String(source.type)],
            ['Pages', `${count(progress.pages_read)} of ${count(progress.pages_found)} read`],
            ['Endpoints', count(progress.endpoints)],
            ['Read by', reader],
            ['Model', progress.tokens ? `${count(progress.tokens)} tokens, $${progress.cost_usd.toFixed(4)}` : null],
            ['Started', <Time key="started" at={job.created_at} />],
            ['Last change', <Time key="updated" at={job.updated_at} />],
            ['Afterwards', job.auto_publish ? 'published without a review' : 'waits for your review'],
            ['Id', <Copyable key="id" text={job.id} />],
          ]}
        />
      </section>
      {job.coverage && <Coverage coverage={job.coverage} />}
      {job.warnings.length > 0 && <Findings title="Warnings" findings={job.warnings} />}
    </>
  )
}
