import { useEffect, useState } from 'react'

let isDrawnOnce = false

/**
 * Whether the page that came first is on the screen: then is the time for code that a screen can begin without. From
 * there on it is always true.
 */
export function useDrawn(): boolean {
  const [isDrawn, setDrawn] = useState(isDrawnOnce)
  useEffect(() => {
    if (isDrawn) return
    // The frame in which this was rendered is the first; when the one after the next begins, it has been shown.
    let frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(() => setDrawn((isDrawnOnce = true)))
    })
    return () => cancelAnimationFrame(frame)
  }, [isDrawn])
  return isDrawn
}
