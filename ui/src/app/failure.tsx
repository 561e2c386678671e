import { Link, useRouter, type ErrorComponentProps } from '@tanstack/react-router'
import { Button } from '@/components/button'
import { ProblemNotice } from '@/components/problem'

/** Where a screen has failed: the rest of the console stays usable. */
export function ScreenFailure({ error, reset }: ErrorComponentProps) {
  const router = useRouter()
  const isStale = error instanceof Error && /dynamically imported module|importing a module script/i.test(error.message)
  const again = () => {
    if (isStale) return location.reload()
    reset()
    void router.invalidate()
  }
  return (
    <ProblemNotice error={error} retry={again}>
      {isStale && <p>The console has been updated since this page was opened: trying again reloads it.</p>}
    </ProblemNotice>
  )
}

/** For addresses that lead nowhere: outside of the frame, so it stands alone. */
export function NotFound() {
  return (
    <main className="px-6 py-24 text-center">
      <h1 className="text-lg font-semibold">There is no such page</h1>
      <p className="mt-1 mb-4 text-sm text-muted">The address may be from another version of the console.</p>
      <Button asChild>
        <Link to="/integrations">Integrations</Link>
      </Button>
    </main>
  )
}

/** While the code of a screen is on its way. */
export const ScreenPending = () => (
  <div role="status" aria-label="Loading" className="space-y-4">
    <div aria-hidden className="h-8 w-56 animate-pulse rounded bg-sunk" />
    <div aria-hidden className="panel h-96 animate-pulse" />
  </div>
)
