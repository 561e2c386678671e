import { cx } from './classes'

/** How a tab looks, by its `data-state`. */
export const TAB =
  '-mb-px border-b-2 border-transparent px-2.5 py-2 text-sm text-muted hover:text-text data-[state=active]:border-accent data-[state=active]:font-medium data-[state=active]:text-text'

/** For tabs that are screens, and so links: `<Link className={LINK_TAB} activeProps={{ 'data-state': 'active' }}>`. */
export const LINK_TAB = cx(TAB, 'whitespace-nowrap')
