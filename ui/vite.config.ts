import react from '@vitejs/plugin-react'
import tailwindcss from '@tailwindcss/vite'
import { fileURLToPath } from 'node:url'
import { defineConfig, type Plugin } from 'vite'
import headers from '../infra/console_headers.json' with { type: 'json' }

// The servers' own policy (infra/console_headers.json), for where nobody sends it; of `frame-ancestors` a page cannot
// tell. An API of another origin is named when the console is built for it.
const POLICY = headers.everywhere['Content-Security-Policy']
  .filter((part) => !part.startsWith('frame-ancestors'))
  .join('; ')
  .replace("connect-src 'self'", ["connect-src 'self'", process.env.WAYGATE_API_ORIGIN].filter(Boolean).join(' '))

const contentSecurityPolicy: Plugin = {
  name: 'content-security-policy',
  apply: 'build',
  transformIndexHtml: () => [
    { tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content: POLICY }, injectTo: 'head-prepend' },
  ],
}

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

const WAYGATE = process.env.WAYGATE_URL ?? 'http://127.0.0.1:8787'

export default defineConfig({
  base: './',
  plugins: [react(), tailwindcss(), contentSecurityPolicy],
  resolve: {
    alias: [
      { find: '@', replacement: at('./src') },
      // A fifth of the form library, and never used.
      { find: 'markdown-to-jsx/react', replacement: at('./src/schema-form/plain-text.ts') },
      { find: /^\.\/getDecimalSeparator\.js$/, replacement: at('./src/schema-form/decimal-point.ts') },
    ],
  },
  server: { proxy: { '/api': WAYGATE, '/config.json': WAYGATE } },
  build: {
    target: 'es2022',
    modulePreload: { polyfill: false },
    manifest: true,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'editor', test: /node_modules[\\/](@codemirror|@lezer|crelt|style-mod|w3c-keyname|@marijn)/ },
            { name: 'form', test: /node_modules[\\/](@rjsf|lodash|lodash-es|react-is)/ },
            { name: 'vendor', test: /node_modules[\\/](react|react-dom|scheduler|@tanstack|openapi-fetch)[\\/]/, priority: 1 },
            // What several screens are made of, in one file: a request each would cost more than the few bytes too many.
            { name: 'parts', test: /src[\\/](api|app|components[\\/](?!dialog|json|tabs))|lucide-react/, minShareCount: 2 },
          ],
        },
      },
    },
  },
})
