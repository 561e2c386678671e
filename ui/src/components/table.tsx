import type { ReactNode } from 'react'
import { Button } from './button'
import { cx } from './classes'
import { Skeleton } from './skeleton'

export type Column<Row> = {
  key: string
  header: ReactNode
  cell: (row: Row) => ReactNode
  align?: 'right'
  /** The narrowest screen that shows this column; the first column is always shown. */
  from?: 'sm' | 'md' | 'lg' | 'xl'
  className?: string
}

type Props<Row> = {
  label: string
  columns: readonly Column<Row>[]
  rows: readonly Row[] | undefined
  rowKey: (row: Row) => string
  /** Shown instead of rows when there are none. */
  empty: ReactNode
  /** Lines of a row's height, for the skeleton. */
  lines?: 1 | 2
  more?: { has: boolean; busy: boolean; load: () => void }
}

const FROM = { sm: 'max-sm:hidden', md: 'max-md:hidden', lg: 'max-lg:hidden', xl: 'max-xl:hidden' } as const

/** Makes a link or button in a row's first cell cover the row. */
export const ROW_LINK = 'font-medium after:absolute after:inset-0 hover:underline'

/** Rows of one kind. Undefined rows are still coming. */
export function Table<Row>({ label, columns, rows, rowKey, empty, lines = 1, more }: Props<Row>) {
  const cellClass = (column: Column<Row>) =>
    cx('px-3 first:pl-4 last:pr-4', column.align === 'right' && 'text-right tabular-nums', column.from && FROM[column.from], column.className)
  const height = lines === 2 ? 'h-13' : 'h-10'
  return (
    <div className="panel overflow-hidden">
      <table className="w-full text-left text-sm" aria-label={label} aria-busy={rows === undefined}>
        <thead className="text-xs text-muted">
          <tr className="h-9 border-b border-line">
            {columns.map((column) => (
              <th key={column.key} scope="col" className={cx(cellClass(column), 'font-medium whitespace-nowrap')}>
                {column.header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows === undefined
            ? Array.from({ length: 6 }, (_, row) => (
                <tr key={row} className={cx('border-b border-line last:border-0', height)}>
                  {columns.map((column) => (
                    <td key={column.key} className={cellClass(column)}>
                      <Skeleton className="h-3.5 w-full" />
                    </td>
                  ))}
                </tr>
              ))
            : rows.map((row) => (
                <tr key={rowKey(row)} className={cx('relative border-b border-line last:border-0 hover:bg-sunk', height)}>
                  {columns.map((column) => (
                    <td key={column.key} className={cx(cellClass(column), 'py-1.5')}>
                      {column.cell(row)}
                    </td>
                  ))}
                </tr>
              ))}
        </tbody>
      </table>
      {rows?.length === 0 && !more?.has && empty}
      {more?.has && (
        <div className="border-t border-line p-2 text-center">
          <Button size="small" look="quiet" busy={more.busy} onClick={more.load}>
            Show more
          </Button>
        </div>
      )}
    </div>
  )
}

/** The `more` of a table whose rows come from `usePages`. */
export const moreOf = (query: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown }) => ({
  has: query.hasNextPage,
  busy: query.isFetchingNextPage,
  load: () => void query.fetchNextPage(),
})
