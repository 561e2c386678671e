import { CodeBlock } from './copy'

export type Request = { method: string; url: string; headers: readonly (readonly string[])[]; body?: unknown }

/** A request as it goes over the wire, its secrets masked. */
export function RequestView({ request, body, label = 'The request' }: { request: Request; body?: string; label?: string }) {
  return <CodeBlock label={label} text={requestText(request, body)} />
}

export function requestText({ method, url, headers, body: own }: Request, body?: string): string {
  const lines = [`${method} ${url}`, ...headers.map(([name, value]) => `${name}: ${value}`)]
  const content = body ?? (own === undefined || own === null ? undefined : typeof own === 'string' ? own : JSON.stringify(own, null, 2))
  return content ? `${lines.join('\n')}\n\n${content}` : lines.join('\n')
}
