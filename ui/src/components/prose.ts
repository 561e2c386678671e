/** A piece of a document's text, with the little that is understood of its markup. */
export type Piece = { kind: 'text' | 'code' | 'strong'; text: string } | { kind: 'link'; text: string; href: string }

const INLINE = /`([^`\n]+)`|\*\*([^*\n]+)\*\*|\[([^\]\n]+)\]\(([^()\s]+)\)|<a href="([^"<>]*)">([^<>]*)<\/a>|<code>([^<>]*)<\/code>|<(?:strong|b)>([^<>]*)<\/(?:strong|b)>/g

/**
 * Markdown's and HTML's commonest marks, read into pieces: code, emphasis, links, paragraphs and list items. Anything
 * else stays the text that it is, tags included; nothing ever becomes markup of the page.
 */
export function piecesOf(source: string): Piece[] {
  const text = source
    .replace(/\s*<\/p>\s*<p>\s*/g, '\n\n')
    .replace(/<\/?p>|<\/?[uo]l>|<\/li>/g, '')
    .replace(/<br ?\/?>/g, '\n')
    .replace(/\s*<li>\s*/g, '\n• ')
    .trim()
  const pieces: Piece[] = []
  let from = 0
  for (const match of text.matchAll(INLINE)) {
    if (match.index > from) pieces.push({ kind: 'text', text: text.slice(from, match.index) })
    const [whole, code, strong, label, target, href, anchor, htmlCode, htmlStrong] = match
    if (code !== undefined || htmlCode !== undefined) pieces.push({ kind: 'code', text: code ?? htmlCode ?? '' })
    else if (strong !== undefined || htmlStrong !== undefined) pieces.push({ kind: 'strong', text: strong ?? htmlStrong ?? '' })
    else pieces.push({ kind: 'link', text: label ?? anchor ?? '', href: target ?? href ?? '' })
    from = match.index + whole.length
  }
  if (from < text.length) pieces.push({ kind: 'text', text: text.slice(from) })
  return pieces
}

/** The beginning of some pieces, up to a number of characters, at a word's end. */
export function beginningOf(pieces: readonly Piece[], most: number): Piece[] {
  const kept: Piece[] = []
  let left = most
  for (const piece of pieces) {
    if (piece.text.length <= left) {
      kept.push(piece)
      left -= piece.text.length
      continue
    }
    if (piece.kind === 'text') kept.push({ kind: 'text', text: `${piece.text.slice(0, left).replace(/\s+\S*$/, '')} …` })
    else kept.push({ kind: 'text', text: '…' })
    return kept
  }
  return kept
}
