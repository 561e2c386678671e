/** JSON as somebody typed it; nothing stands for none. */
export function readJson(text: string): { value?: unknown; fault?: string } {
  if (!text.trim()) return { value: null }
  try {
    return { value: JSON.parse(text) as unknown }
  } catch (error) {
    return { fault: `It is not JSON: ${error instanceof Error ? error.message : String(error)}` }
  }
}
