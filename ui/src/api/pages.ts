import { useInfiniteQuery, type QueryKey } from '@tanstack/react-query'

export type Page<T> = { data: T[]; next_cursor?: string | null }

/** A list of the API, page by page: what has been read so far, and how to read on. */
export function usePages<T>(key: QueryKey, read: (cursor: string | undefined) => Promise<Page<T>>, options: PagesOptions = {}) {
  const query = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam }) => read(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    ...options,
  })
  return { ...query, rows: query.data?.pages.flatMap((page) => page.data) }
}

type PagesOptions = { enabled?: boolean; refetchInterval?: number | false }
