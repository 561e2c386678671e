import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { pythonLiteral, shellWord, snippet, type Call } from './snippets'

const HALF_A_PAIR = '\ud83d alone'
const NASTY = [
  '',
  'plain',
  "it's",
  '"quoted"',
  'a\nb\tc',
  '$HOME `id` $(id) \\ !',
  'ünïcode 🐾 \u2028 \u007f',
  HALF_A_PAIR,
  '{"json": [1]}',
  '-flag',
  '@file',
  'a=b,c',
]
const VALUES: unknown[] = [null, true, false, 0, -1.5, 1e300, [], {}, [1, [2, [null]]], { a: { b: [true, { 'c d': NASTY }] } }, ...NASTY]

// Half a surrogate pair is no UTF-8.
test.each(NASTY.filter((text) => text !== HALF_A_PAIR))('the shell reads %j as it is', (text) => {
  const read = execFileSync('bash', ['-c', `printf %s ${shellWord(text)}`], { encoding: 'utf8' })
  expect(read).toBe(text)
})

test('Python reads every value as it is', () => {
  const script = `import json\nprint(json.dumps([\n${VALUES.map((value) => `    ${pythonLiteral(value, '    ')},`).join('\n')}\n]))`
  const read: unknown = JSON.parse(execFileSync('python3', ['-c', script], { encoding: 'utf8' }))
  expect(read).toEqual(VALUES)
})

const CALL: Call = {
  api: 'https://gate.example/api/v1',
  integration: 'demo',
  action: 'create-pet',
  input: { name: "Bo's", price: 9.5, tags: ['small'], born: null, code: '007' },
  options: { connection: 'octo', idempotencyKey: 'k 1' },
  schema: {
    type: 'object',
    properties: { name: { $ref: '#/$defs/Name' }, price: { type: 'number' }, tags: { type: 'array' }, born: { type: ['string', 'null'] } },
    $defs: { Name: { type: 'string' } },
  },
}

test('curl sends the input and the headers', () => {
  const stub = 'curl() { printf "%s\\n" "$@"; }; WAYGATE_API_KEY=wg_live_x\n'
  const words = execFileSync('bash', ['-c', stub + snippet('curl', CALL)], { encoding: 'utf8' }).trimEnd().split('\n')
  expect(words).toEqual([
    '-sS',
    'https://gate.example/api/v1/actions/demo/create-pet',
    '-H',
    'Authorization: Bearer wg_live_x',
    '-H',
    'Waygate-Connection: octo',
    '-H',
    'Idempotency-Key: k 1',
    '-H',
    'Content-Type: application/json',
    '-d',
    JSON.stringify(CALL.input),
  ])
})

test('Python posts the input and the headers', () => {
  const stub = `import sys, types, json, os
os.environ["WAYGATE_API_KEY"] = "wg_live_x"
class Answer:
    def raise_for_status(self): pass
    def json(self): return {"data": self.seen}
def post(url, **kwargs):
    answer = Answer(); answer.seen = json.dumps([url, kwargs]); return answer
sys.modules["requests"] = types.SimpleNamespace(post=post)
`
  const seen: unknown = JSON.parse(execFileSync('python3', ['-c', stub + snippet('python', CALL)], { encoding: 'utf8' }))
  expect(seen).toEqual([
    'https://gate.example/api/v1/actions/demo/create-pet',
    { headers: { Authorization: 'Bearer wg_live_x', 'Waygate-Connection': 'octo', 'Idempotency-Key': 'k 1' }, json: CALL.input, timeout: 30 },
  ])
})

test('TypeScript fetches with the input and the headers', () => {
  const script = `globalThis.fetch = async (url, init) => { console.log(JSON.stringify([url, init])); return { ok: true, json: async () => ({}) } };\n${snippet('typescript', CALL)}`
  const environment = { PATH: process.env.PATH, WAYGATE_API_KEY: 'wg_live_x' }
  const [url, init] = JSON.parse(execFileSync('node', ['--input-type=module', '-e', script], { encoding: 'utf8', env: environment })) as [string, { headers: object; body: string }]
  expect(url).toBe('https://gate.example/api/v1/actions/demo/create-pet')
  expect(init.headers).toMatchObject({ Authorization: 'Bearer wg_live_x', 'Waygate-Connection': 'octo', 'Idempotency-Key': 'k 1' })
  expect(JSON.parse(init.body)).toEqual(CALL.input)
})

test('the command line gets what the schema makes of it, and exact JSON elsewhere', () => {
  const words = execFileSync('bash', ['-c', `waygate() { printf '%s\\n' "$@"; }\n${snippet('cli', CALL)}`], { encoding: 'utf8' }).trimEnd().split('\n')
  expect(words).toEqual(['call', 'demo', 'create-pet', "name=Bo's", 'price=9.5', 'tags:=["small"]', 'born:=null', 'code:="007"', '--connection', 'octo'])
})

test('names that cannot stand on a command line come from standard input', () => {
  const call = { ...CALL, input: { 'filter[name]': 'x' } }
  const stub = `waygate() { printf '%s\\n' "$@"; cat; }\n`
  const read = execFileSync('bash', ['-c', stub + snippet('cli', call)], { encoding: 'utf8' })
  expect(read).toBe('call\ndemo\ncreate-pet\n--connection\nocto\n-\n{\n  "filter[name]": "x"\n}\n')
})
