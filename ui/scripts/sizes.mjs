// What a visitor downloads, compressed: the first load, and each screen with all that it shows at once. Fails above the
// limits. The editor comes when JSON is to be written, the palette when it is opened.
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const FIRST_KB = 150
const ROUTE_KB = 260

const dist = fileURLToPath(new URL('../dist/', import.meta.url))
const manifest = JSON.parse(readFileSync(`${dist}.vite/manifest.json`, 'utf8'))
const compressed = (file) => gzipSync(readFileSync(dist + file), { level: 9 }).length / 1024

const ON_DEMAND = ['src/components/json-editor.tsx', 'src/app/palette.tsx']

/** The files of a chunk and of everything that it imports statically, and `follow`s dynamically. */
function files(key, follow, seen = new Set()) {
  const chunk = manifest[key]
  if (!chunk || seen.has(chunk.file)) return seen
  seen.add(chunk.file)
  for (const css of chunk.css ?? []) seen.add(css)
  for (const next of chunk.imports ?? []) files(next, follow, seen)
  if (follow) for (const next of (chunk.dynamicImports ?? []).filter((key) => !ON_DEMAND.includes(key))) files(next, follow, seen)
  return seen
}

const total = (set) => [...set].reduce((sum, file) => sum + compressed(file), 0)
const entry = Object.keys(manifest).find((key) => manifest[key].isEntry)
const shell = new Set([...files(entry, false), 'index.html'])
const HOME = 'src/screens/integrations/screen.tsx'
const rows = [['first load', total(files(HOME, false, new Set(shell))), FIRST_KB]]
for (const key of Object.keys(manifest).filter((key) => /^src\/screens\/.*\.tsx$/.test(key)).sort()) {
  rows.push([key.replace('src/screens/', ''), total(files(key, true, new Set(shell))), ROUTE_KB])
}

for (const [name, kb, limit] of rows) console.log(`${kb.toFixed(1).padStart(7)} KB  of ${limit}  ${name}`)
for (const key of ON_DEMAND) console.log(`${total(files(key, false, new Set(shell))).toFixed(1).padStart(7)} KB         ${key}, with the shell`)
const all = readdirSync(`${dist}assets`).reduce((sum, file) => sum + compressed(`assets/${file}`), 0)
console.log(`${all.toFixed(1).padStart(7)} KB         everything`)
if (rows.some(([, kb, limit]) => kb > limit)) {
  console.error('Something is larger than its limit.')
  process.exit(1)
}
