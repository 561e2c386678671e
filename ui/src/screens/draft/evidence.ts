import type { Shape } from '@/api/client'

type Evidence = Shape['Evidence']

const LONGEST = 120

/**
 * A link to where a fact was read. For a page, to the quote itself (WICG text fragments): browsers scroll to it and mark
 * it. A quote over several lines is looked for by its first one.
 */
export function linkTo({ url, quote }: Pick<Evidence, 'url' | 'quote'>): string {
  if (!quote || !/^https?:/.test(url)) return url
  const line = quote.split(/\n|\\\n|…/)[0]?.trim() ?? ''
  const words = line.length > LONGEST ? line.slice(0, line.lastIndexOf(' ', LONGEST)) : line
  if (words.length < 4) return url
  const text = encodeURIComponent(words).replaceAll('-', '%2D')
  return `${url}${url.includes('#') ? '' : '#'}:~:text=${text}`
}

/** What is quoted for a field: `operation`, `input_schema/pet_id`, … and everything below it. */
export const evidenceFor = (evidence: readonly Evidence[] | undefined, field: string): Evidence[] =>
  (evidence ?? []).filter((each) => each.field === field || each.field.startsWith(`${field}/`))
