const whole = new Intl.NumberFormat('en')
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })

/** 1,234 up to a million, then 1.2M. */
export const count = (value: number) => (value < 1_000_000 ? whole.format(value) : short.format(value))

/** 12 ms, 1.24 s, 2 min. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`
  return `${whole.format(Math.round(ms / 60_000))} min`
}

/** 512 B, 1.2 KB, 3.4 MB (powers of 1,000). */
export function bytes(value: number): string {
  if (value < 1000) return `${value} B`
  if (value < 1_000_000) return `${(value / 1000).toFixed(1)} KB`
  return `${(value / 1_000_000).toFixed(1)} MB`
}

/** A share as a percentage that never rounds some to none: 0 %, <0.1 %, 4.2 %. */
export function share(part: number, of: number): string {
  if (!of || !part) return '0 %'
  const percent = (100 * part) / of
  return percent < 0.1 ? '<0.1 %' : `${percent.toFixed(percent < 10 ? 1 : 0)} %`
}
