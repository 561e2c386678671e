import { api, unwrap } from '@/api/client'

/** Keeps a file for a job, gzipped on its way, and returns its id. */
export async function upload(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const packed = await new Response(new Blob([bytes]).stream().pipeThrough(new CompressionStream('gzip'))).blob()
  const kept = await unwrap(
    api.POST('/uploads', {
      body: packed,
      bodySerializer: (body) => body as Blob,
      headers: { 'Content-Type': 'application/octet-stream', 'Content-Encoding': 'gzip' },
    }),
  )
  return kept.upload
}
