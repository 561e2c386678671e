import { expect, test } from 'vitest'
import { detectText, detectUrl, isZip, nameFrom } from './detect'

test('an OpenAPI document in JSON tells its version, title, operations, server and auth', () => {
  const document = {
    openapi: '3.1.0',
    info: { title: 'Pets' },
    servers: [{ url: '/relative' }, { url: 'https://pets.example/v1' }],
    components: { securitySchemes: { key: {} } },
    paths: { '/a': { get: {}, parameters: [] }, '/b': { post: {}, delete: {} } },
  }
  expect(detectText(JSON.stringify(document))).toEqual({
    kind: 'openapi',
    version: '3.1.0',
    title: 'Pets',
    operations: 3,
    baseUrl: 'https://pets.example/v1',
    hasAuth: true,
  })
})

test('YAML is told by its left edge', () => {
  expect(detectText('# hello\nswagger: "2.0"\ninfo:\n  version: 1\n  title: Old pets\npaths: {}\n')).toEqual({
    kind: 'swagger',
    version: '2.0',
    title: 'Old pets',
  })
})

test('a Postman collection and a pack are told by their own marks', () => {
  const schema = 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json'
  expect(detectText(JSON.stringify({ info: { name: 'P', schema } })).kind).toBe('postman')
  expect(detectText('{"waygate": "waygate-pack/1", "integration": {"name": "x"}, "actions": {"a": {}}}')).toMatchObject({
    kind: 'pack',
    title: 'x',
    operations: 1,
  })
})

test.each(['', 'hello', '{broken', '[]', '<html>', '{"a": 1}'])('%j is not recognised', (text) => {
  expect(detectText(text).kind).toBe('unknown')
})

test('addresses are told by their spelling', () => {
  expect(detectUrl('https://x.example/openapi.yaml')).toBe('openapi')
  expect(detectUrl('https://x.example/v2/swagger.json')).toBe('swagger')
  expect(detectUrl('https://x.example/docs')).toBe('site')
  expect(detectUrl('ftp://x.example/')).toBeNull()
  expect(detectUrl('x.example')).toBeNull()
})

test('a name comes from a host or a title', () => {
  expect(nameFrom('https://docs.stripe.com/api')).toBe('stripe')
  expect(nameFrom('GitHub v3 REST API')).toBe('github')
  expect(nameFrom('Über Café')).toBe('uber-cafe')
  expect(nameFrom('---')).toBe('my-api')
  expect(nameFrom('http://127.0.0.1:8788/docs')).toBe('my-api')
})

test('a zip archive is told by its first bytes', () => {
  expect(isZip(new Uint8Array([0x50, 0x4b, 3, 4]))).toBe(true)
  expect(isZip(new TextEncoder().encode('PKG'))).toBe(false)
})
