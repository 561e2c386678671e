import { useEffect, useState } from 'react'

let isDrawnOnce = false

/**
 * Whether the browser has drawn the page that came first, and has nothing else to do: then is the time for code that a
 * screen can begin without. From there on it is always true.
 */
export function useDrawn(): boolean {
  const [isDrawn, setDrawn] = useState(isDrawnOnce)
  useEffect(() => {
    if (isDrawnOnce) return setDrawn(true)
    const done = () => {
      isDrawnOnce = true
      setDrawn(true)
    }
    if ('requestIdleCallback' in globalThis) {
      const waiting = requestIdleCallback(done, { timeout: 500 })
      return () => cancelIdleCallback(waiting)
    }
    const timer = setTimeout(done, 100) // Safari
    return () => clearTimeout(timer)
  }, [])
  return isDrawn
}
