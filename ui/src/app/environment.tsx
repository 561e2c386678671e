import { useQuery } from '@tanstack/react-query'
import { healthQuery } from '@/api/queries'
import { cx } from '@/components/classes'

type Look = { word: string; badge: string; stripe: string | null }

/** How a stage looks. Only what runs on this machine is calm; production cannot be taken for anything else. */
export function lookOf(stage: string): Look {
  if (stage === 'local') return { word: 'local', badge: 'border-edge/50 text-muted', stripe: null }
  if (/^prod/.test(stage)) return { word: stage, badge: 'border-bad bg-bad text-ground', stripe: 'bg-bad' }
  return { word: stage, badge: 'border-warn text-warn', stripe: 'bg-warn' }
}

/** The stage, as a word beside the name of the product. */
export function EnvironmentBadge() {
  const { data } = useQuery(healthQuery())
  if (!data) return <span aria-hidden className="inline-block h-5 w-11" />
  const { word, badge } = lookOf(data.stage)
  return (
    <span className={cx('rounded border px-1.5 py-px text-xs font-medium', badge)}>
      <span className="sr-only">Environment: </span>
      {word}
    </span>
  )
}

/** A line along the upper edge wherever calls reach more than this machine. */
export function EnvironmentStripe() {
  const { data } = useQuery(healthQuery())
  const stripe = data && lookOf(data.stage).stripe
  return stripe ? <div aria-hidden className={cx('fixed inset-x-0 top-0 z-50 h-1', stripe)} /> : null
}
