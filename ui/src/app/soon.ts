/** In a turn of its own, so that the browser can paint, and answer to its user, in between. */
export const soon = (work: () => void): void => void setTimeout(work)
