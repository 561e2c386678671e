import { useMutation } from '@tanstack/react-query'
import { useEffect, useRef, type FormEvent } from 'react'
import { api, unwrap } from '@/api/client'
import { asProblem } from '@/api/problem'
import { EnvironmentBadge, EnvironmentStripe } from '@/app/environment'
import { isOffered, signIn, signInAsOffered, whyEnded } from '@/app/session'
import { Button } from '@/components/button'
import { Field, Input } from '@/components/field'
import { ProblemNotice } from '@/components/problem'
import icon from '@/icon.svg'

const WHY = {
  left: 'You have signed out.',
  idle: 'Signed out after 30 minutes without a touch.',
  refused: 'The key is not accepted any more: it may have expired or been revoked.',
} as const

export function SignIn() {
  const field = useRef<HTMLInputElement>(null)
  const ended = whyEnded()
  useEffect(() => {
    document.title = 'Sign in · Waygate'
    field.current?.focus()
  }, [])
  const trial = useMutation({
    mutationFn: (key: string) => unwrap(api.GET('/me', { headers: { Authorization: `Bearer ${key}` } })),
    onSuccess: (_, key) => signIn(key),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const key = field.current?.value.trim()
    if (key) trial.mutate(key)
    else field.current?.focus()
  }
  const refused = trial.error && asProblem(trial.error).body.status === 401
  return (
    <main className="mx-auto flex min-h-dvh max-w-sm flex-col justify-center px-4 pb-[12vh]">
      <EnvironmentStripe />
      <div className="mb-6 flex items-center gap-2.5">
        <img src={icon} alt="" width="28" height="28" />
        <h1 className="text-xl font-semibold tracking-tight">Sign in to Waygate</h1>
        <EnvironmentBadge />
      </div>
      {ended && (
        <p role="status" className="mb-4 rounded-md border border-line bg-sunk px-3 py-2 text-sm">
          {WHY[ended]}
        </p>
      )}
      <form onSubmit={submit} className="space-y-4">
        <Field
          label="API key"
          hint="Kept in this tab only, and forgotten after 30 minutes without a touch."
          error={refused ? 'This key is not accepted. Check that it was copied whole and has not been revoked.' : undefined}
        >
          {(control) => (
            <Input {...control} ref={field} type="password" placeholder="wg_live_…" className="min-h-9 font-mono" name="waygate-api-key" />
          )}
        </Field>
        {trial.error && !refused && <ProblemNotice error={trial.error} />}
        <Button type="submit" look="primary" busy={trial.isPending} className="w-full justify-center">
          Sign in
        </Button>
      </form>
      {isOffered() && (
        <Button onClick={signInAsOffered} className="mt-3 w-full justify-center">
          Sign in as this machine’s owner
        </Button>
      )}
    </main>
  )
}
