// Types of our own API: from the description that app.py serves to src/api/schema.d.ts.
// With --check, says whether the file is what would be generated (exit status 1 if not) and writes nothing.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import openapiTS, { astToString } from 'openapi-typescript'

const root = fileURLToPath(new URL('../..', import.meta.url))
const target = fileURLToPath(new URL('../src/api/schema.d.ts', import.meta.url))
const venv = `${root}.venv/bin/python`
const python = process.env.PYTHON ?? (existsSync(venv) ? venv : 'python3')

// Some defaults depend on the stage, so nobody's settings may leak into the file.
const env = { PATH: process.env.PATH, HOME: process.env.HOME, WAYGATE_STAGE: 'local', AWS_DEFAULT_REGION: 'eu-central-1' }
const description = execFileSync(python, ['-m', 'infra.describe'], { cwd: root, env, maxBuffer: 64 * 1024 * 1024 })
const types = await openapiTS(JSON.parse(description), { defaultNonNullable: false })
const text = `// Generated from /api/v1/openapi.json by \`npm run generate\`.\n${astToString(types)}`

if (!process.argv.includes('--check')) {
  writeFileSync(target, text)
} else if (!existsSync(target) || readFileSync(target, 'utf8') !== text) {
  console.error('src/api/schema.d.ts is not what the API describes: run `npm run generate`.')
  process.exit(1)
}
