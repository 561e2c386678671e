import { Keyboard } from 'lucide-react'
import type { Shape } from '@/api/client'
import { Button } from '@/components/button'
import { Select } from '@/components/field'
import { count } from '@/components/numbers'
import { SearchBox } from '@/components/search-box'
import { CHANGES, STATES, type DraftSearch } from './route'
import { CHANGE, STATE } from './words'

const SURENESS = [
  { min: '', label: 'Any confidence' },
  { min: '0.9', label: '90 % and more' },
  { min: '0.8', label: '80 % and more' },
  { min: '0.5', label: '50 % and more' },
]

type Props = { search: DraftSearch; onSearch: (part: Partial<DraftSearch>) => void; facts: Shape['Draft'] | undefined; onHelp: () => void }

/** Narrows the list of draft actions; the address keeps the choice. */
export function Filters({ search, onSearch, facts, onHelp }: Props) {
  const codes = [...new Set(facts?.warnings.map(({ code }) => code))].sort()
  const changes = facts?.changes ?? {}
  const narrow = (part: Partial<DraftSearch>) => onSearch({ ...part, action: undefined })
  return (
    <div className="mb-3 flex flex-wrap items-center gap-2">
      <SearchBox label="Search the draft" value={search.q ?? ''} onChange={(q) => narrow({ q: q || undefined })} className="w-full sm:w-56" />
      <Select aria-label="State" value={search.state ?? ''} onChange={(event) => narrow({ state: STATES.find((one) => one === event.target.value) })} className="w-auto!">
        <option value="">Any state</option>
        {STATES.map((one) => (
          <option key={one} value={one}>
            {STATE[one].word} {facts && `(${count(facts.states[one])})`}
          </option>
        ))}
      </Select>
      <Select aria-label="Change" value={search.change ?? ''} onChange={(event) => narrow({ change: CHANGES.find((one) => one === event.target.value) })} className="w-auto!">
        <option value="">Any change</option>
        {CHANGES.map((one) => (
          <option key={one} value={one}>
            {CHANGE[one]} {changes[one] !== undefined && `(${count(changes[one])})`}
          </option>
        ))}
      </Select>
      <Select aria-label="Confidence" value={search.min ?? ''} onChange={(event) => narrow({ min: event.target.value || undefined })} className="w-auto!">
        {SURENESS.map(({ min, label }) => (
          <option key={min} value={min}>
            {label}
          </option>
        ))}
      </Select>
      {codes.length > 0 && (
        <Select aria-label="Flag" value={search.warning ?? ''} onChange={(event) => narrow({ warning: event.target.value || undefined })} className="w-auto! max-w-full">
          <option value="">With or without flags</option>
          {codes.map((code) => (
            <option key={code} value={code}>
              {code.replaceAll('_', ' ')}
            </option>
          ))}
        </Select>
      )}
      {!!changes.breaking && <span className="text-sm text-bad tabular-nums">{count(changes.breaking)} breaking</span>}
      <span className="flex-1" />
      <Button look="quiet" size="small" onClick={onHelp}>
        <Keyboard aria-hidden className="size-4" />
        Keys
      </Button>
    </div>
  )
}
