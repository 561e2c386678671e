import { isObject } from '@/schema-form/schema'
/** What somebody offers as the documentation of an API, as far as it can be told before it is read. */
export type Kind = 'openapi' | 'swagger' | 'postman' | 'pack' | 'zip' | 'site' | 'unknown'

export type Detected = {
  kind: Kind
  version?: string
  title?: string
  /** How many operations it holds; only of JSON. */
  operations?: number
  /** The first server address that is absolute. */
  baseUrl?: string
  /** Whether it says how calls authenticate. */
  hasAuth?: boolean
}

export const KIND: Record<Kind, { word: string; what: string }> = {
  openapi: { word: 'OpenAPI description', what: 'Its operations become draft actions.' },
  swagger: { word: 'Swagger 2.0 description', what: 'It is brought to OpenAPI 3.1; its operations become draft actions.' },
  postman: { word: 'Postman collection', what: 'Its requests become draft actions; values of secrets are left behind.' },
  pack: { word: 'Waygate pack', what: 'An integration that somebody exported: actions, profile and evidence.' },
  zip: { word: 'Zip archive', what: 'The description in it is found, with the files that it refers to.' },
  site: {
    word: 'Documentation site',
    what: 'If it has a description for machines, that is read. Otherwise its pages are: politely, within limits, each fact with its quote.',
  },
  unknown: { word: 'Not recognised', what: 'Waygate will look at it all the same, and say what is wrong with it.' },
}

const METHODS = new Set(['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'])
/** An address: only its spelling can be looked at from here. */
export function detectUrl(url: string): Kind | null {
  if (!URL.canParse(url) || !/^https?:/.test(url)) return null
  const path = new URL(url).pathname.toLowerCase()
  if (/\.zip$/.test(path)) return 'zip'
  if (/postman.*\.json$/.test(path)) return 'postman'
  if (/swagger[^/]*\.(json|ya?ml)$/.test(path)) return 'swagger'
  return /\.(json|ya?ml)$/.test(path) ? 'openapi' : 'site'
}

/** The bytes of a file: a zip archive begins with its own mark. */
export const isZip = (bytes: Uint8Array): boolean => bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 3 || bytes[2] === 5)

/** A text: JSON is read, of YAML the lines at its left edge. */
export function detectText(text: string): Detected {
  const begin = text.trimStart().slice(0, 1)
  if (begin === '{') {
    try {
      return detectDocument(JSON.parse(text))
    } catch {
      return { kind: 'unknown' }
    }
  }
  if (begin === '<') return { kind: 'unknown' }
  const openapi = /^["']?openapi["']?\s*:\s*["']?([\d.]+)/m.exec(text)
  const swagger = /^["']?swagger["']?\s*:\s*["']?([\d.]+)/m.exec(text)
  const found = openapi ?? swagger
  if (!found) return { kind: 'unknown' }
  const title = /^info\s*:[^\n]*\n(?:[ \t]+[^\n]*\n)*?[ \t]+title\s*:\s*["']?([^"'\n]+)/m.exec(text)?.[1]?.trim()
  return { kind: openapi ? 'openapi' : 'swagger', version: found[1], title }
}

function detectDocument(document: unknown): Detected {
  if (!isObject(document)) return { kind: 'unknown' }
  const info = isObject(document.info) ? document.info : {}
  if (String(document.waygate ?? '').startsWith('waygate-pack/')) {
    const integration = isObject(document.integration) ? document.integration : {}
    const actions = isObject(document.actions) ? document.actions : {}
    return { kind: 'pack', title: String(integration.name ?? ''), operations: Object.keys(actions).length, baseUrl: 'pack', hasAuth: true }
  }
  if (String(info.schema ?? '').includes('getpostman.com') || (isObject(document.collection) && Array.isArray(document.collection.item))) {
    return { kind: 'postman', title: String(info.name ?? '') }
  }
  const version = document.openapi ?? document.swagger
  if (version === undefined) return { kind: 'unknown' }
  const paths = isObject(document.paths) ? Object.values(document.paths) : []
  const operations = paths.flatMap((item) => (isObject(item) ? Object.keys(item).filter((key) => METHODS.has(key)) : [])).length
  const servers = Array.isArray(document.servers) ? document.servers : []
  const server = servers.map((each) => (isObject(each) ? String(each.url ?? '') : '')).find((url) => /^https?:\/\//.test(url))
  const host = typeof document.host === 'string' ? `https://${document.host}${String(document.basePath ?? '')}` : undefined
  const components = isObject(document.components) ? document.components : document
  const schemes = components.securitySchemes ?? document.securityDefinitions
  return {
    kind: document.openapi === undefined ? 'swagger' : 'openapi',
    version: String(version),
    title: String(info.title ?? ''),
    operations,
    baseUrl: server ?? host,
    hasAuth: isObject(schemes) && Object.keys(schemes).length > 0,
  }
}

/** A name that an integration may have, out of a title or an address. */
export function nameFrom(text: string): string {
  const words = URL.canParse(text)
    ? new URL(text).hostname.replace(/^(www|api|docs|developers?|reference)\./, '').replace(/\.[a-z]{2,}$/, '')
    : text.replace(/\b(rest|api|http|v\d+|reference|documentation|docs)\b/gi, ' ')
  const name = words
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 63)
    .replace(/-+$/, '')
  return /[a-z]/.test(name) && name !== 'localhost' ? name : 'my-api'
}
