import { FileUp } from 'lucide-react'
import { useId, useRef, useState, type DragEvent } from 'react'
import { Button } from '@/components/button'
import { cx } from '@/components/classes'
import { bytes as size } from '@/components/numbers'
import { detectText, isZip, type Detected } from './detect'

export type Picked = { name: string; bytes: Uint8Array<ArrayBuffer>; detected: Detected }

const MOST_BYTES = 64_000_000

type Props = { picked: Picked | null; onPick: (picked: Picked | null) => void }

/** A file, chosen or dropped; it is read here, and sent only by Start. */
export function FilePicker({ picked, onPick }: Props) {
  const input = useRef<HTMLInputElement>(null)
  const id = useId()
  const [isOver, setOver] = useState(false)
  const [fault, setFault] = useState<string | null>(null)
  const take = async (file: File | undefined) => {
    if (!file) return
    if (file.size > MOST_BYTES) {
      onPick(null)
      return setFault(`${file.name} has ${size(file.size)}; at most ${size(MOST_BYTES)} can be read. Give its address instead.`)
    }
    const bytes = new Uint8Array(await file.arrayBuffer())
    setFault(null)
    onPick({ name: file.name, bytes, detected: isZip(bytes) ? { kind: 'zip' } : detectText(new TextDecoder().decode(bytes)) })
  }
  const onDrop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    void take(event.dataTransfer.files[0])
  }
  return (
    <div>
      <label htmlFor={id} className="mb-1 block text-sm font-medium">
        File
      </label>
      <div
        onDragOver={(event) => {
          event.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={onDrop}
        className={cx('rounded-md border border-dashed px-4 py-8 text-center text-sm', isOver ? 'border-accent bg-tint' : 'border-edge')}
      >
        <input ref={input} id={id} type="file" accept=".json,.yaml,.yml,.zip" className="sr-only" onChange={(event) => void take(event.target.files?.[0])} />
        <FileUp aria-hidden className="mx-auto mb-2 size-5 text-muted" />
        {picked ? (
          <p className="wrap-anywhere">
            <span className="font-medium">{picked.name}</span> <span className="text-muted">{size(picked.bytes.length)}</span>
          </p>
        ) : (
          <p className="text-muted">Drop a JSON, YAML or zip file here.</p>
        )}
        <Button className="mt-3" onClick={() => input.current?.click()}>
          {picked ? 'Choose another' : 'Choose a file'}
        </Button>
      </div>
      {fault && (
        <p role="alert" className="mt-1 text-xs text-bad">
          {fault}
        </p>
      )}
    </div>
  )
}
