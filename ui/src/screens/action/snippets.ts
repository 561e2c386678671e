import { asSchema, isObject, resolve, type Input, type Schema } from '@/schema-form/schema'
import { headersOf, type Options } from './invoke'

export type Call = { api: string; integration: string; action: string; input: Input; options: Options; schema: Schema }

export const LANGUAGES = [
  { value: 'curl', label: 'curl' },
  { value: 'python', label: 'Python' },
  { value: 'typescript', label: 'TypeScript' },
  { value: 'cli', label: 'CLI' },
] as const
export type Language = (typeof LANGUAGES)[number]['value']

/** A call as code that makes it. The key comes from the environment and is never in it. */
export function snippet(language: Language, call: Call): string {
  return { curl, python, typescript, cli }[language](call)
}

const urlOf = ({ api, integration, action }: Call) => `${api}/actions/${integration}/${action}`

/** A word for a POSIX shell. */
export const shellWord = (text: string) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`)

function curl(call: Call): string {
  return [
    `curl -sS ${shellWord(urlOf(call))}`,
    `-H "Authorization: Bearer $WAYGATE_API_KEY"`,
    ...Object.entries(headersOf(call.options)).map(([name, value]) => `-H ${shellWord(`${name}: ${value}`)}`),
    `-H 'Content-Type: application/json'`,
    `-d ${shellWord(JSON.stringify(call.input))}`,
  ].join(' \\\n  ')
}

/** A value as a Python literal. */
export function pythonLiteral(value: unknown, indent = ''): string {
  if (value === null || value === undefined) return 'None'
  if (value === true) return 'True'
  if (value === false) return 'False'
  const inner = `${indent}    `
  if (Array.isArray(value)) {
    return value.length ? `[\n${value.map((item) => `${inner}${pythonLiteral(item, inner)},\n`).join('')}${indent}]` : '[]'
  }
  if (isObject(value)) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined)
    const lines = members.map(([name, member]) => `${inner}${pythonString(name)}: ${pythonLiteral(member, inner)},\n`)
    return lines.length ? `{\n${lines.join('')}${indent}}` : '{}'
  }
  return typeof value === 'string' ? pythonString(value) : String(value)
}

// Every escape of a JSON string means the same in Python, but for halves of a surrogate pair, which JSON.stringify
// writes as \ud83d only where the other half is missing.
const pythonString = (text: string) => JSON.stringify(text).replaceAll('\x7f', '\\x7f')

function python(call: Call): string {
  const headers = Object.entries(headersOf(call.options)).map(([name, value]) => `        ${pythonString(name)}: ${pythonString(value)},\n`)
  return `import os

import requests

answer = requests.post(
    ${pythonString(urlOf(call))},
    headers={
        "Authorization": f"Bearer {os.environ['WAYGATE_API_KEY']}",
${headers.join('')}    },
    json=${pythonLiteral(call.input, '    ')},
    timeout=30,
)
answer.raise_for_status()
print(answer.json()["data"])`
}

function typescript(call: Call): string {
  const headers = Object.entries(headersOf(call.options)).map(([name, value]) => `    ${JSON.stringify(name)}: ${JSON.stringify(value)},\n`)
  return `const response = await fetch(${JSON.stringify(urlOf(call))}, {
  method: "POST",
  headers: {
    Authorization: \`Bearer \${process.env.WAYGATE_API_KEY}\`,
    "Content-Type": "application/json",
${headers.join('')}  },
  body: JSON.stringify(${JSON.stringify(call.input, null, 2).replaceAll('\n', '\n  ')}),
});
if (!response.ok) throw new Error(await response.text());
const { data, meta } = await response.json();`
}

function cli(call: Call): string {
  const { integration, action, input, options, schema } = call
  const words = Object.entries(input).flatMap(([name, value]) => (value === undefined ? [] : [argument(name, value, schema)]))
  const flags = [
    ...(options.connection ? ['--connection', shellWord(options.connection)] : []),
    ...(options.timeout ? ['--timeout', shellWord(options.timeout)] : []),
  ]
  const begin = `waygate call ${integration} ${action}`
  if (words.some((word) => word === null)) {
    return [begin, ...flags, `- <<'JSON'\n${JSON.stringify(input, null, 2)}\nJSON`].join(' ')
  }
  const all = [begin, ...words, ...flags]
  const line = all.join(' ')
  return line.length <= 100 ? line : all.join(' \\\n  ')
}

/** `name=value` where the schema makes the same of it, else `name:=json`; null where a name cannot stand there. */
function argument(name: string, value: unknown, schema: Schema): string | null {
  if (!/^[A-Za-z_][\w.-]*$/.test(name)) return null
  const type = resolve(asSchema(schema.properties?.[name]), schema).type
  const isPlain = (typeof value === 'string' && type === 'string') || (typeof value === 'number' && (type === 'integer' || type === 'number')) || (typeof value === 'boolean' && type === 'boolean')
  return isPlain ? shellWord(`${name}=${String(value)}`) : shellWord(`${name}:=${JSON.stringify(value)}`)
}
