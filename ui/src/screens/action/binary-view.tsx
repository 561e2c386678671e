import { Download } from 'lucide-react'
import { useEffect, useMemo } from 'react'
import { Button } from '@/components/button'
import { CodeBlock } from '@/components/copy'
import { bytes } from '@/components/numbers'
import { isObject } from '@/schema-form/schema'

type Binary = { content_type: string; base64?: string; text?: string }

/** What was not JSON comes as `{content_type, text | base64}`. */
export const isBinary = (data: unknown): data is Binary =>
  isObject(data) && typeof data.content_type === 'string' && (typeof data.base64 === 'string' || typeof data.text === 'string') && Object.keys(data).length === 2

/** Pictures are shown (as pictures, which cannot run anything), text as text; all of it can be saved. */
export function BinaryView({ data }: { data: Binary }) {
  const { content_type: type, base64, text } = data
  const url = useMemo(() => {
    const content = base64 === undefined ? (text ?? '') : Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
    return { href: URL.createObjectURL(new Blob([content], { type: 'application/octet-stream' })), size: content.length }
  }, [base64, text])
  useEffect(() => () => URL.revokeObjectURL(url.href), [url])
  const isPicture = base64 !== undefined && /^image\/(png|jpeg|gif|webp|avif)$/i.test(type.split(';')[0] ?? '')
  return (
    <div className="space-y-3">
      <div className="flex flex-wrap items-center gap-3 text-sm">
        <code className="font-mono text-xs">{type}</code>
        <span className="text-muted tabular-nums">{bytes(url.size)}</span>
        <Button asChild size="small">
          <a href={url.href} download={`answer.${extensionOf(type)}`}>
            <Download aria-hidden className="size-3.5" />
            Save
          </a>
        </Button>
      </div>
      {isPicture && <img src={`data:${type};base64,${base64}`} alt="The answer" className="max-h-96 min-h-16 max-w-full rounded border border-line bg-sunk object-contain" />}
      {text !== undefined && <CodeBlock label="The answer as text" text={text} />}
    </div>
  )
}

const extensionOf = (type: string) => /^[\w.+-]+\/(?:x-)?([\w]+)/.exec(type)?.[1]?.replace('jpeg', 'jpg').replace('plain', 'txt') ?? 'bin'
