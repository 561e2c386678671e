import { useMutation, useQueryClient, type InfiniteData } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { Shape } from '@/api/client'
import { useMay } from '@/api/queries'
import type { Page as ApiPage } from '@/api/pages'
import { Button } from '@/components/button'
import { cx } from '@/components/classes'
import { Empty } from '@/components/empty'
import { count } from '@/components/numbers'
import { ProblemNotice } from '@/components/problem'
import { Skeleton } from '@/components/skeleton'
import { Method, State } from '@/components/state'
import { ActionPanel } from './action-panel'
import { Bulk } from './bulk'
import { Filters } from './filters'
import { KeyHelp, useKeys } from './keys'
import { decide, filterOf, type Brief } from './queries'
import type { DraftSearch } from './route'
import { percent, STATE, sureness } from './words'

type List = {
  rows: Brief[] | undefined
  error: unknown
  hasNextPage: boolean
  isFetchingNextPage: boolean
  fetchNextPage: () => unknown
  refetch: () => unknown
}

type Props = {
  job: string
  list: List
  search: DraftSearch
  onSearch: (part: Partial<DraftSearch>) => void
  facts: Shape['Draft'] | undefined
  /** Whether decisions can be made: the job waits for review, or may publish more. */
  isOpen: boolean
}

/** Draft actions beside the one that is looked at; decided on by keyboard or by hand. */
export function Review({ job, list, search, onSearch, facts, isOpen }: Props) {
  const { rows } = list
  const queries = useQueryClient()
  const may = useMay('registry:write') && isOpen
  const [isEditing, setEditing] = useState(false)
  const [isHelping, setHelping] = useState(false)
  const selected = rows?.find(({ name }) => name === search.action) ?? rows?.[0]
  const index = rows && selected ? rows.indexOf(selected) : -1
  const select = (name: string | undefined) => {
    setEditing(false)
    onSearch({ action: name })
  }
  const move = (step: number) => {
    if (!rows?.length) return
    const to = Math.min(rows.length - 1, Math.max(0, index + step))
    select(rows[to]?.name)
    if (to >= rows.length - 5 && list.hasNextPage && !list.isFetchingNextPage) list.fetchNextPage()
  }
  const verdict = useMutation({
    mutationFn: ({ name, state }: { name: string; state: Brief['state'] }) => decide(job, name, { state }),
    onSuccess: (whole) => {
      queries.setQueryData(['drafts', job, 'action', whole.name], whole)
      void queries.invalidateQueries({ queryKey: ['drafts', job, 'facts'] })
      queries.setQueryData<InfiniteData<ApiPage<Brief>>>(['drafts', job, 'actions', filterOf(search)], (known) => known && withState(known, whole.name, whole.state))
    },
  })
  const judge = (state: Brief['state']) => {
    if (!selected || !may || verdict.isPending) return
    verdict.mutate({ name: selected.name, state: selected.state === state ? 'proposed' : state })
    move(1)
  }
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    a: () => judge('accepted'),
    r: () => judge('rejected'),
    e: () => selected && may && setEditing(true),
    '?': () => setHelping(true),
  })
  useEffect(() => {
    document.querySelector('[data-selected="true"]')?.scrollIntoView({ block: 'nearest' })
  }, [selected?.name])

  if (list.error) return <ProblemNotice error={list.error} retry={() => void list.refetch()} />
  return (
    <>
      <Filters search={search} onSearch={onSearch} facts={facts} onHelp={() => setHelping(true)} />
      {facts && may && facts.matching > 0 && <Bulk job={job} search={search} facts={facts} />}
      {rows?.length === 0 ? (
        <Empty title="No action answers that" action={<Button onClick={() => onSearch({ q: undefined, state: undefined, change: undefined, min: undefined, warning: undefined })}>Clear the filter</Button>} />
      ) : (
        <div className="grid gap-4 lg:grid-cols-[minmax(0,22rem)_minmax(0,1fr)]">
          <div className="max-h-[40vh] overflow-y-auto rounded-md border border-line lg:max-h-[70vh]">
            <ul aria-label="Draft actions">
              {rows === undefined
                ? Array.from({ length: 8 }, (_, row) => (
                    <li key={row} className="flex h-13 items-center border-b border-line px-3">
                      <Skeleton />
                    </li>
                  ))
                : rows.map((row) => <Row key={row.name} row={row} isSelected={row === selected} onSelect={() => select(row.name)} />)}
            </ul>
            {list.hasNextPage && (
              <div className="p-2 text-center">
                <Button size="small" look="quiet" busy={list.isFetchingNextPage} onClick={() => list.fetchNextPage()}>
                  Show more
                </Button>
              </div>
            )}
          </div>
          {selected && (
            <ActionPanel
              key={selected.name}
              job={job}
              brief={selected}
              position={`${count(index + 1)} of ${count(rows?.length ?? 0)}${list.hasNextPage ? '+' : ''}`}
              may={may}
              onJudge={judge}
              isEditing={isEditing}
              onEdit={setEditing}
              error={verdict.error}
            />
          )}
        </div>
      )}
      <KeyHelp open={isHelping} onOpenChange={setHelping} />
    </>
  )
}

function Row({ row, isSelected, onSelect }: { row: Brief; isSelected: boolean; onSelect: () => void }) {
  const { word, tone } = STATE[row.state]
  return (
    <li data-selected={isSelected} className="border-b border-line last:border-0">
      <button
        type="button"
        aria-current={isSelected || undefined}
        onClick={onSelect}
        className={cx('flex min-h-13 w-full items-center gap-2.5 px-3 py-1.5 text-left text-sm -outline-offset-2', isSelected ? 'bg-tint' : 'hover:bg-sunk')}
      >
        <Method className="w-13 shrink-0">{row.method}</Method>
        <span className="min-w-0 flex-1">
          <span className="block truncate font-medium">{row.name}</span>
          <span className="block truncate font-mono text-xs text-muted">{row.path}</span>
        </span>
        <span className="shrink-0 text-right">
          <State tone={tone}>{word}</State>
          <span className="block text-xs text-muted tabular-nums">
            {row.warnings.length > 0 && (
              <span className="mr-1.5 text-warn">
                {row.warnings.length} {row.warnings.length === 1 ? 'flag' : 'flags'}
              </span>
            )}
            <span title={sureness(row.confidence).word}>{percent(row.confidence)}</span>
          </span>
        </span>
      </button>
    </li>
  )
}

const withState = (known: InfiniteData<ApiPage<Brief>>, name: string, state: Brief['state']): InfiniteData<ApiPage<Brief>> => ({
  ...known,
  pages: known.pages.map((page) => ({ ...page, data: page.data.map((row) => (row.name === name ? { ...row, state } : row)) })),
})
