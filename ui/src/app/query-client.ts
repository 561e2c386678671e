import { QueryClient } from '@tanstack/react-query'
import { Problem } from '@/api/problem'

const TRIES = 2

/** Reads are tried again only where the API says that it may help. What is refused stays refused, and is shown. */
export const createQueryClient = () =>
  new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        retry: (failures, error) => failures < TRIES && (!(error instanceof Problem) || error.body.retryable),
      },
    },
  })
