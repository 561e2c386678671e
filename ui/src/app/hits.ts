import { NAVIGATION } from './navigation'

/** Something that the palette can go to. */
export type Hit = { group: string; href: string; label: string; note?: string; method?: string }

const PAGES: (Hit & { words: string })[] = [
  ...NAVIGATION.map(({ to, label, words }) => ({ group: 'Pages', href: to, label, words })),
  { group: 'Pages', href: '/add', label: 'Add an integration', words: 'new import openapi docs url upload' },
  { group: 'Pages', href: '/connections/new', label: 'New connection', words: 'connect account credential' },
]

/** Every word of the query begins a word of the text. */
export function matches(query: string, text: string): boolean {
  const words = text.toLowerCase().split(/[^\p{L}\p{N}]+/u)
  return query
    .toLowerCase()
    .split(/\s+/)
    .filter(Boolean)
    .every((part) => words.some((word) => word.startsWith(part)))
}

/** The pages that answer a query; an id that was pasted leads to what it names. */
export function pagesFor(query: string): Hit[] {
  const id = /^(req|job)_[0-9A-HJKMNP-TV-Z]{26}$/.exec(query)
  if (id?.[1] === 'req') return [{ group: 'Go to', href: `/invocations/${query}`, label: 'Invocation', note: query }]
  if (id?.[1] === 'job') return [{ group: 'Go to', href: `/jobs/${query}`, label: 'Job', note: query }]
  return PAGES.filter((page) => matches(query, `${page.label} ${page.words}`)).map(({ words: _, ...hit }) => hit)
}
