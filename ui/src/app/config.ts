/** What `config.json` beside `index.html` says. Locally it brings a key, to pages of its own origin only. */
export type Config = { api: string; key: string | null }

export async function loadConfig(): Promise<Config> {
  // As index.html has begun to load it, or it would be loaded twice. Nobody may keep it: its own headers say so.
  const response = await fetch('./config.json')
  if (!response.ok) throw new Error(`config.json answered ${response.status}.`)
  const read: unknown = await response.json()
  if (typeof read !== 'object' || read === null || !('api' in read) || typeof read.api !== 'string') {
    throw new Error('config.json must say where the API is: {"api": "/api/v1"}.')
  }
  const key = 'key' in read && typeof read.key === 'string' ? read.key : null
  return { api: read.api.replace(/\/$/, ''), key }
}
