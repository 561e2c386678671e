// Numbers and times are put into words without Intl, whose first use costs a page 15 to 20 ms, and a phone 70.
const whole = (value: number) => String(value).replace(/\B(?=(\d{3})+$)/g, ',')

/** All digits: 1,234.5; what JavaScript writes as a power of ten stays so. */
export const exact = (value: number) => String(value).replace(/\B(?<!\.\d*)(?=(\d{3})+(?!\d))/g, ',')

/** 1,234 up to a million, then 1.2M and 1.2B. */
export function count(value: number): string {
  if (value < 999_950) return whole(value)
  const [size, letter] = value < 999_950_000 ? [1_000_000, 'M'] : [1_000_000_000, 'B']
  return (value / size).toFixed(1).replace(/\.0$/, '') + letter
}

/** 12 ms, 1.24 s, 2 min. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`
  return `${whole(Math.round(ms / 60_000))} min`
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
