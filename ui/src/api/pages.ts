import { infiniteQueryOptions, useInfiniteQuery, type QueryKey } from '@tanstack/react-query'
import { useDeferredValue } from 'react'

export type Page<T> = { data: T[]; next_cursor?: string | null }

type PagesOptions<T> = {
  enabled?: boolean
  /** How soon to read again, in ms, by what has been read. */
  live?: (rows: T[]) => number | false
}

type Read<T> = (cursor: string | undefined) => Promise<Page<T>>

/** A list of the API, which is read page by page: by `usePages`, or ahead of it. */
export const pagesOf = <T>(queryKey: QueryKey, read: Read<T>) =>
  infiniteQueryOptions({
    queryKey,
    queryFn: ({ pageParam }) => read(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  })

/** What has been read of a list so far, and how to read on. */
export function usePages<T>(pages: ReturnType<typeof pagesOf<T>>, options: PagesOptions<T> = {}) {
  const { enabled, live } = options
  const query = useInfiniteQuery({
    ...pages,
    enabled,
    refetchInterval: ({ state }) => live?.(state.data?.pages.flatMap((page) => page.data) ?? []) ?? false,
  })
  // Rows may be many: they are drawn piece by piece, with the browser's own work in between.
  const data = useDeferredValue(query.data)
  return { ...query, rows: data?.pages.flatMap((page) => page.data) }
}
