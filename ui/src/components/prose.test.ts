import { expect, test } from 'vitest'
import { beginningOf, piecesOf } from './prose'

test('the commonest marks are understood', () => {
  expect(piecesOf('<p>Set of [pairs](https://x.example/a) for `id`, **now**.</p>\n<p>See <a href="https://y.example">docs</a>, <code>k</code>.<br>End</p>')).toEqual([
    { kind: 'text', text: 'Set of ' },
    { kind: 'link', text: 'pairs', href: 'https://x.example/a' },
    { kind: 'text', text: ' for ' },
    { kind: 'code', text: 'id' },
    { kind: 'text', text: ', ' },
    { kind: 'strong', text: 'now' },
    { kind: 'text', text: '.\n\nSee ' },
    { kind: 'link', text: 'docs', href: 'https://y.example' },
    { kind: 'text', text: ', ' },
    { kind: 'code', text: 'k' },
    { kind: 'text', text: '.\nEnd' },
  ])
  expect(piecesOf('One of <ul> <li>a</li> <li>b</li> </ul>')).toEqual([{ kind: 'text', text: 'One of\n• a\n• b' }])
})

test.each(['<script>alert(1)</script>', '<img src=x onerror=alert(1)>', '<a onclick="x" href="y">z</a>', '<svg/onload=alert(1)>', 'a < b > c'])('%j stays text', (text) => {
  expect(piecesOf(text)).toEqual([{ kind: 'text', text }])
})

test('a beginning ends at a word, and cuts nothing in two', () => {
  expect(beginningOf(piecesOf('some words that go on'), 13)).toEqual([{ kind: 'text', text: 'some words …' }])
  expect(beginningOf(piecesOf('see [the documentation](https://x.example)'), 8)).toEqual([
    { kind: 'text', text: 'see ' },
    { kind: 'text', text: '…' },
  ])
  expect(beginningOf(piecesOf('short'), 100)).toEqual([{ kind: 'text', text: 'short' }])
})
