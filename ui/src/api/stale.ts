import type { QueryClient } from '@tanstack/react-query'

/**
 * What has been read of these resources is out of date: whatever is on the screen is read again. A first reading that is
 * still on its way would bring the old state, and is not waited for.
 */
export async function outdated(queries: QueryClient, ...resources: string[]): Promise<void> {
  await Promise.all(
    resources.map(async (resource) => {
      await queries.cancelQueries({ queryKey: [resource] })
      await queries.invalidateQueries({ queryKey: [resource] })
    }),
  )
}
