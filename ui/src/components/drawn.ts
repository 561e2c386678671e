/** Loads code that a screen can begin without: once the browser has drawn the rest of it, and has nothing else to do. */
export async function afterDrawing<T>(load: () => Promise<T>): Promise<T> {
  await new Promise<void>((resolve) => {
    if ('requestIdleCallback' in globalThis) requestIdleCallback(() => resolve(), { timeout: 500 })
    else setTimeout(resolve, 100) // Safari
  })
  return load()
}
