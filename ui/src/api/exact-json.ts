type Reviver = (key: string, value: unknown, context: { source?: string }) => unknown
type ExactJson = { rawJSON?: (text: string) => unknown; parse: (text: string, reviver: Reviver) => unknown }

/**
 * JSON.parse that keeps numbers as they are written (large ids, 1.0, 1e400) where the engine can (ES2026,
 * `JSON.rawJSON`), so that what is shown is what was answered. Such a number prints right and is good for nothing else.
 */
export function parseExact(text: string): unknown {
  const { rawJSON, parse } = JSON as unknown as ExactJson
  if (!rawJSON) return JSON.parse(text)
  return parse.call(JSON, text, (_key, value, context) => {
    if (typeof value !== 'number' || context?.source === undefined || String(value) === context.source) return value
    return rawJSON(context.source)
  })
}
