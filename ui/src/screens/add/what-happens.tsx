import { KIND, type Detected } from './detect'
import { count } from '@/components/numbers'

/** What it is taken for, and what will be done with it. */
export function WhatHappens({ detected, autoPublish }: { detected: Detected; autoPublish: boolean }) {
  const { word, what } = KIND[detected.kind]
  return (
    <div role="status" className="rounded-md border border-line bg-sunk p-3 text-sm">
      <p className="font-medium wrap-anywhere">
        {word}
        {detected.version && ` ${detected.version}`}
        {detected.title && `: ${detected.title}`}
        {detected.operations !== undefined && `, ${count(detected.operations)} ${detected.operations === 1 ? 'operation' : 'operations'}`}
      </p>
      <p className="mt-0.5 text-muted">
        {what} {autoPublish ? 'What is sure enough is published at once; the rest waits for you.' : 'Nothing is published before you have accepted it.'}
      </p>
    </div>
  )
}
