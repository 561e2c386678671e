import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands'
import { json } from '@codemirror/lang-json'
import { bracketMatching, HighlightStyle, indentOnInput, indentUnit, syntaxHighlighting } from '@codemirror/language'
import { lintGutter, setDiagnostics, type Diagnostic } from '@codemirror/lint'
import { EditorState } from '@codemirror/state'
import { drawSelection, EditorView, keymap, lineNumbers } from '@codemirror/view'
import { tags } from '@lezer/highlight'
import { useEffect, useRef } from 'react'
import { placeOf } from './json-places'

type Props = {
  value: string
  onChange: (value: string) => void
  label: string
  /** By JSON pointer, what is wrong. */
  faults: ReadonlyMap<string, string>
  onSubmit?: () => void
}

const look = [
  EditorView.theme({
    '&': { fontSize: '12.5px', border: '1px solid var(--edge)', borderRadius: '6px', backgroundColor: 'var(--raised)' },
    '&.cm-focused': { outline: '2px solid var(--accent)', outlineOffset: '1px' },
    '.cm-content': { fontFamily: 'var(--font-mono)', minHeight: '11rem', padding: '8px 0', caretColor: 'var(--text)' },
    '.cm-scroller': { lineHeight: '1.55', maxHeight: '32rem', overflow: 'auto' },
    '.cm-gutters': { backgroundColor: 'var(--sunk)', color: 'var(--muted)', border: 'none', borderRadius: '6px 0 0 6px' },
    '.cm-cursor': { borderLeftColor: 'var(--text)' },
    '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': { backgroundColor: 'var(--tint) !important' },
    '.cm-tooltip': { backgroundColor: 'var(--raised)', color: 'var(--text)', border: '1px solid var(--line)', borderRadius: '6px' },
    '.cm-diagnostic-error': { borderLeftColor: 'var(--bad)' },
    '.cm-matchingBracket': { backgroundColor: 'var(--tint) !important', outline: 'none' },
  }),
  syntaxHighlighting(
    HighlightStyle.define([
      { tag: tags.propertyName, color: 'var(--accent)' },
      { tag: tags.string, color: 'var(--ok)' },
      { tag: tags.number, color: 'var(--warn)' },
      { tag: [tags.bool, tags.null], color: 'var(--bad)' },
    ]),
  ),
]

/** JSON with its faults marked where they are. Escape, then Tab, leaves it by keyboard. */
export default function JsonEditor({ value, onChange, label, faults, onSubmit }: Props) {
  const host = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(null)
  const latest = useRef({ onChange, onSubmit })
  latest.current = { onChange, onSubmit }
  useEffect(() => {
    const editor = new EditorView({
      parent: host.current!,
      state: EditorState.create({
        doc: value,
        extensions: [
          keymap.of([
            { key: 'Mod-Enter', run: () => (latest.current.onSubmit?.(), true) },
            ...defaultKeymap,
            ...historyKeymap,
            indentWithTab,
          ]),
          history(),
          lineNumbers(),
          drawSelection(),
          indentOnInput(),
          indentUnit.of('  '),
          bracketMatching(),
          json(),
          lintGutter(),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) latest.current.onChange(update.state.doc.toString())
          }),
          look,
        ],
      }),
    })
    view.current = editor
    return () => editor.destroy()
    // The editor owns its text from here on; a new `value` from outside is taken up below.
  }, [label])
  useEffect(() => {
    const editor = view.current
    if (editor && editor.state.doc.toString() !== value) {
      editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } })
    }
  }, [value])
  useEffect(() => {
    const editor = view.current
    if (editor) editor.dispatch(setDiagnostics(editor.state, diagnosticsOf(editor.state, faults)))
  }, [value, faults])
  return <div ref={host} />
}

function diagnosticsOf(state: EditorState, faults: ReadonlyMap<string, string>): Diagnostic[] {
  const text = state.doc.toString()
  const found: Diagnostic[] = []
  for (const [pointer, message] of faults) {
    const place = placeOf(text, pointer)
    if (place) found.push({ ...place, severity: 'error', message: `${pointer || '/'} ${message}` })
  }
  return found.sort((one, other) => one.from - other.from)
}
