import { count } from '@/components/numbers'

type Props = { times: readonly string[]; calls: readonly number[]; errors: readonly number[]; bucket: 'hour' | 'day' }

const HOUR = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })
const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })
const HEIGHT = 120

/** Calls over time, failed ones at the foot of each bar; the same figures as a table for whoever cannot see it. */
export function Chart({ times, calls, errors, bucket }: Props) {
  const top = Math.max(1, ...calls)
  const label = (time: string) => (bucket === 'hour' ? HOUR : DAY).format(new Date(time))
  const heightOf = (value: number) => (value ? Math.max(2, (value / top) * HEIGHT) : 0)
  return (
    <div>
      <div className="flex gap-3">
        <div aria-hidden className="flex flex-col justify-between text-right text-xs text-muted tabular-nums">
          <span>{count(top)}</span>
          <span>0</span>
        </div>
        <div aria-hidden className="flex h-30 flex-1 items-end gap-px border-b border-line">
          {times.map((time, index) => {
            const all = calls[index] ?? 0
            const bad = errors[index] ?? 0
            return (
              <div key={time} title={`${label(time)}: ${count(all)} calls, ${count(bad)} failed`} className="group flex h-full min-w-0 flex-1 flex-col justify-end hover:bg-sunk">
                <div className="bg-accent" style={{ height: heightOf(all) - (bad ? heightOf(bad) : 0) }} />
                {bad > 0 && <div className="bg-bad" style={{ height: heightOf(bad) }} />}
              </div>
            )
          })}
        </div>
      </div>
      <div aria-hidden className="mt-1 flex justify-between pl-6 text-xs text-muted">
        <span>{times[0] && label(times[0])}</span>
        <span>{times.length > 0 && label(times[times.length - 1]!)}</span>
      </div>
      <table className="sr-only">
        <caption>Calls and failed calls by the {bucket}</caption>
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col">Calls</th>
            <th scope="col">Failed</th>
          </tr>
        </thead>
        <tbody>
          {times.map((time, index) => (
            <tr key={time}>
              <th scope="row">{label(time)}</th>
              <td>{calls[index]}</td>
              <td>{errors[index]}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
