import { State } from '@/components/state'
import { STATUS, type Status } from './status'

/** A job's status as a word with a dot. */
export function JobState({ status }: { status: Status }) {
  const { word, tone, moves } = STATUS[status]
  return (
    <State tone={tone} busy={moves}>
      {word}
    </State>
  )
}
