import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { api, unwrap } from '@/api/client'
import { pagesOf, usePages } from '@/api/pages'
import { Button } from '@/components/button'
import { count } from '@/components/numbers'
import { Page } from '@/components/page'
import { ProblemNotice } from '@/components/problem'
import { Tabs } from '@/components/tabs'
import { JobState } from '@/screens/jobs/job-state'
import { AllFindings, findingsCount } from './all-findings'
import { IntegrationFacts } from './integration-facts'
import { Publish } from './publish'
import { filterOf, readDraft } from './queries'
import { Review } from './review'
import type { DraftSearch } from './route'

/** What a job has read, for review: each fact with the words that prove it. */
export function Draft() {
  const { job: id } = useParams({ from: '/shell/jobs/$job/draft' })
  const search = useSearch({ from: '/shell/jobs/$job/draft' })
  const navigate = useNavigate({ from: '/jobs/$job/draft' })
  const [isPublishing, setPublishing] = useState(false)
  const job = useQuery({
    queryKey: ['jobs', 'one', id],
    queryFn: () => unwrap(api.GET('/scrape-jobs/{job}', { params: { path: { job: id } } })),
  })
  const draft = useQuery({
    queryKey: ['drafts', id, 'facts', filterOf(search)],
    queryFn: () => readDraft(id, search, undefined, 1),
    placeholderData: keepPreviousData,
  })
  const list = usePages(
    pagesOf(['drafts', id, 'actions', filterOf(search)], async (cursor) => {
      const { actions, next_cursor } = await readDraft(id, search, cursor)
      return { data: actions, next_cursor }
    }),
  )
  const change = (part: Partial<DraftSearch>) => void navigate({ search: (now) => ({ ...now, ...part }), replace: true })
  const isOpen = job.data?.status === 'needs_review' || job.data?.status === 'published'
  const title = job.data ? `Draft of ${job.data.integration}` : 'Draft'
  const error = draft.error ?? job.error
  return (
    <Page
      title={title}
      beside={job.data && <JobState status={job.data.status} />}
      trail={
        <>
          <Link to="/jobs">Jobs</Link> / <Link to="/jobs/$job" params={{ job: id }}>{job.data?.integration ?? 'Job'}</Link>
        </>
      }
      actions={
        <Button look="primary" needs="registry:write" disabled={!isOpen || !draft.data} onClick={() => setPublishing(true)}>
          Publish …
        </Button>
      }
    >
      {error ? (
        <ProblemNotice error={error} retry={() => void Promise.all([draft.refetch(), job.refetch()])} />
      ) : (
        <div className="panel">
          <Tabs
            label="Draft"
            value={search.tab ?? 'actions'}
            onChange={(tab) => change({ tab: tab === 'actions' ? undefined : tab })}
            items={[
              {
                value: 'actions',
                label: <Counted word="Actions" number={draft.data?.total} />,
                panel: <Review job={id} list={list} search={search} onSearch={change} facts={draft.data} isOpen={isOpen} />,
              },
              { value: 'integration', label: 'Integration', panel: draft.data && <IntegrationFacts integration={draft.data.integration} /> },
              {
                value: 'findings',
                label: <Counted word="Findings" number={draft.data && findingsCount(draft.data)} />,
                panel: draft.data && <AllFindings draft={draft.data} />,
              },
            ]}
          />
        </div>
      )}
      {isPublishing && draft.data && job.data && <Publish job={job.data} draft={draft.data} onClose={() => setPublishing(false)} />}
    </Page>
  )
}

const Counted = ({ word, number }: { word: string; number: number | undefined }) => (
  <>
    {word} {number !== undefined && <span className="font-normal text-muted tabular-nums">{count(number)}</span>}
  </>
)
