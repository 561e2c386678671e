import { infiniteQueryOptions, useInfiniteQuery, type QueryKey } from '@tanstack/react-query'

export type Page<T> = { data: T[]; next_cursor?: string | null }

type PagesOptions<T> = {
  enabled?: boolean
  /** How soon to read again, in ms, by what has been read. */
  live?: (rows: T[]) => number | false
}

type Read<T> = (cursor: string | undefined) => Promise<Page<T>>

/** How a list is read: for `usePages`, and to read it ahead. */
export const pagesOf = <T>(queryKey: QueryKey, read: Read<T>) =>
  infiniteQueryOptions({
    queryKey,
    queryFn: ({ pageParam }) => read(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  })

/** A list of the API, page by page: what has been read so far, and how to read on. */
export function usePages<T>(key: QueryKey, read: Read<T>, options: PagesOptions<T> = {}) {
  const { enabled, live } = options
  const query = useInfiniteQuery({
    ...pagesOf(key, read),
    enabled,
    refetchInterval: ({ state }) => live?.(state.data?.pages.flatMap((page) => page.data) ?? []) ?? false,
  })
  return { ...query, rows: query.data?.pages.flatMap((page) => page.data) }
}
