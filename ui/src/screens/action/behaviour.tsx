import type { Shape } from '@/api/client'
import { State, type Tone } from '@/components/state'

type Behaviour = Shape['Action']['behaviour']

const WORDS: Record<Behaviour, [Tone, string, string]> = {
  read: ['ok', 'Reads', 'Changes nothing, and may be repeated.'],
  create: ['warn', 'Creates', 'Makes something in the account. It is repeated only where nothing can have happened.'],
  update: ['warn', 'Changes', 'Changes something in the account. It is repeated only where nothing can have happened.'],
  delete: ['bad', 'Deletes', 'Removes something from the account. It is repeated only where nothing can have happened.'],
}

/** What an action does to the account behind it. */
export function BehaviourState({ behaviour }: { behaviour: Behaviour }) {
  const [tone, word, why] = WORDS[behaviour]
  return (
    <State tone={tone} title={why}>
      {word}
    </State>
  )
}
