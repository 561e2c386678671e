import { useEffect, useState } from 'react'

/** How long a frame may take from here to the screen. */
const SHOWN_MS = 50

let isDrawnOnce = false

/**
 * Whether the page that came first is on the screen: then is the time for code that a screen can begin without. From
 * there on it is always true.
 */
export function useDrawn(): boolean {
  const [isDrawn, setDrawn] = useState(isDrawnOnce)
  useEffect(() => {
    if (isDrawn) return
    // The frame in which this was rendered is the first; when the one after the next begins, it has been handed on.
    let timer: ReturnType<typeof setTimeout> | undefined
    let frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(() => {
        timer = setTimeout(() => setDrawn((isDrawnOnce = true)), SHOWN_MS)
      })
    })
    return () => {
      cancelAnimationFrame(frame)
      clearTimeout(timer)
    }
  }, [isDrawn])
  return isDrawn
}
