"""HTML → blocks, in one pass over the tree, without recursion: a page may nest as deep as it likes.

What is no documentation (navigation, scripts, buttons) is passed over. A table that only lays out the page, as in the
1990s, is walked like any container. The sign that links a heading to itself is dropped from its text.
"""

from __future__ import annotations

import re
from typing import Any, Final

from chalicelib.scraper.site.blocks import EMPTY, Block, Code, Heading, Inline, Item, Paragraph, Place, Table, Title
from chalicelib.scraper.site.paths import METHODS
from chalicelib.scraper.site.runs import BOLD, CODE, ITALIC, Run, folded
from chalicelib.settings import Caps

_SKIPPED: Final = frozenset((
    "script", "style", "noscript", "template", "svg", "math", "iframe", "nav", "footer", "button", "select",
    "textarea", "head", "object", "video", "audio", "canvas",
))  # fmt: skip
_HEADINGS: Final = {f"h{n}": n for n in range(1, 7)}
_LISTS: Final = frozenset(("ul", "ol", "dl", "menu", "dir"))
_PLAIN_INLINE: Final = frozenset((
    "a", "span", "font", "abbr", "sub", "sup", "small", "big", "u", "s", "q", "cite", "dfn", "mark", "label", "time",
    "del", "ins", "img", "input", "wbr", "br", "acronym", "bdi", "bdo", "data",
))  # fmt: skip
_INLINE: Final = CODE | ITALIC | BOLD | _PLAIN_INLINE
_LANGUAGE: Final = re.compile(
    r"(?:^|\s)(?:language|lang|highlight-source|highlight|brush:|sourceCode|code)[-\s:]\s*([\w+#.]{1,20})"
)
_ATTRIBUTES: Final = re.compile(r"\s*\{:?\s*[#.][\w .#=\"-]{1,80}\}\s*\Z")  # for a renderer that did not know them
_SIGNS: Final = " \t¶§#🔗"
_OPENING: Final = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9-]*)")
_UNCLOSED: Final = frozenset((
    "area", "base", "br", "col", "dd", "dt", "embed", "hr", "img", "input", "li", "link", "meta", "option", "p",
    "param", "source", "tbody", "td", "tfoot", "th", "thead", "tr", "track", "wbr", "path", "circle", "rect", "use",
))  # fmt: skip
_MOST_DEPTH: Final = 3_000
_MOST_SPAN: Final = 20
_MOST_STEPS_UP: Final = 40


def read(source: str) -> tuple[str, list[Block], bool]:
    """The title, the blocks, and whether the page had more nodes than `Caps.PAGE_NODES`."""
    from selectolax.lexbor import LexborHTMLParser

    bounded = _bounded(source)
    tree = LexborHTMLParser(bounded)
    if tree.body is None:
        return "", [], False
    title = tree.css_first("title")
    mains = tree.css("main, [role=main]")
    root = mains[0] if len(mains) == 1 else tree.body
    builder = _Builder(_layout_tables(tree))
    is_cut = builder.walk(root) or len(bounded) < len(source)
    return folded(title.text() if title else ""), builder.blocks, is_cut


def _bounded(source: str) -> str:
    """`source` up to where its elements nest too deeply: the parser takes time by the square of the depth."""
    if source.count("<") < _MOST_DEPTH:
        return source
    depth = 0
    for tag in _OPENING.finditer(source):
        if tag[2].lower() in _UNCLOSED:
            continue
        if tag[1]:
            depth = max(0, depth - 1)
        else:
            depth += 1
            if depth > _MOST_DEPTH:
                return source[: tag.start()]
    return source


class _Grid:
    """A table being collected."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.rows: list[tuple[bool, list[Inline], str | None]] = []
        self.row: list[Inline] = []
        self.carried: dict[int, tuple[int, Inline]] = {}
        self.in_head = False
        self.is_header = True
        self.anchor: str | None = None
        self.spans = (1, 1)
        self.fresh: dict[int, tuple[int, Inline]] = {}

    def begin_row(self, anchor: str | None) -> None:
        self.end_row()
        self.is_header, self.anchor = True, anchor

    def cell(self, inline: Inline) -> None:
        self._carry()
        columns, rows = self.spans
        for _ in range(columns):
            if rows > 1:
                self.fresh[len(self.row)] = (rows - 1, inline)
            self.row.append(inline)

    def _carry(self) -> None:
        """Fill in the cells that reach down from rows above."""
        while (at := len(self.row)) in self.carried:
            left, inline = self.carried.pop(at)
            self.row.append(inline)
            if left > 1:
                self.fresh[at] = (left - 1, inline)

    def end_row(self) -> None:
        if self.row:
            self._carry()
            self.rows.append((self.is_header or self.in_head, self.row, self.anchor))
            self.carried = self.fresh
        self.row, self.fresh = [], {}

    def table(self) -> Table | None:
        self.end_row()
        rows = self.rows
        header: tuple[Inline, ...] = ()
        if rows and (rows[0][0] or (len(rows) > 1 and all(_is_bold(cell) for cell in rows[0][1]))):
            header, rows = tuple(rows[0][1]), rows[1:]
        if not rows and not header:
            return None
        return Table(
            self.place, header, tuple(tuple(row) for _, row, _ in rows), tuple(anchor for _, _, anchor in rows)
        )


class _Builder:
    """Blocks as the walk enters and leaves elements."""

    def __init__(self, layout: frozenset[int]) -> None:
        self.blocks: list[Block] = []
        self._layout = layout
        self._trail: tuple[Title, ...] = ()
        self._anchor: str | None = None
        self._run = Run()
        self._heading: int | None = None
        self._lists: list[int] = []
        self._groups = 0
        self._item_open = False
        self._terms: list[Inline] = []
        self._in_term = False
        self._pre = 0
        self._language = ""
        self._grid: _Grid | None = None
        self._skipped_link: Any = None

    def walk(self, root: Any) -> bool:
        """Walk the tree below `root`; true where it was left at the cap on nodes."""
        entered: list[tuple[Any, str]] = []
        node, count = root.child, 0
        while node is not None or entered:
            if node is None:
                parent, tag = entered.pop()
                self._leave(tag)
                node = parent.next
                continue
            count += 1
            if count > Caps.PAGE_NODES:
                while entered:
                    self._leave(entered.pop()[1])
                self._flush()
                return True
            tag = node.tag
            if tag == "-text":
                self._text(node.text_content)
                node = node.next
            elif self._is_skipped(node, tag):
                node = node.next
            else:
                self._enter(node, tag)
                entered.append((node, tag))
                node = node.child
        self._flush()
        return False

    def _is_skipped(self, node: Any, tag: str) -> bool:
        if tag in _SKIPPED or tag.startswith("-"):
            return True
        if tag == "a":
            is_sign = self._heading is not None and not any(c.isalnum() for c in node.text())
            return is_sign or "headerlink" in (node.attributes.get("class") or "")
        return False

    def _text(self, text: str | None) -> None:
        if text:
            self._run.add(text)

    def _enter(self, node: Any, tag: str) -> None:
        attributes = node.attributes
        identity = attributes.get("id") or (attributes.get("name") if tag == "a" else None)
        if tag in _INLINE:
            if identity and self._run.is_empty:
                self._anchor = identity[:200]
            self._enter_inline(tag, attributes)
            return
        if self._pre:
            self._enter_in_code(tag)
            return
        if self._grid is not None and tag not in ("table",):
            self._enter_in_table(tag, attributes, identity)
            return
        self._flush()
        if identity:
            self._anchor = identity[:200]
        if (endpoint := _endpoint(attributes, node)) != "":
            self.blocks.append(Paragraph(self._place, Inline(endpoint, endpoint)))
        if tag in _HEADINGS:
            self._heading = _HEADINGS[tag]
        elif tag in _LISTS:
            self._settle()
            self._groups += 1
            self._lists.append(self._groups)
        elif tag in ("li", "dd"):
            self._item_open = True
        elif tag == "dt":
            self._in_term = True
        elif tag == "pre":
            self._settle()
            self._begin_code(node, attributes)
        elif tag == "table" and node.mem_id not in self._layout and attributes.get("role") != "presentation":
            self._settle()
            self._grid = _Grid(self._place)

    def _enter_inline(self, tag: str, attributes: dict[str, str | None]) -> None:
        if tag == "br":
            self._run.line()
        elif tag == "a":
            if href := attributes.get("href"):
                self._run.links.append(href[:2000])
        elif tag == "img":
            alt = attributes.get("alt") or ""
            self._run.add(alt if "://" not in alt else "")
        elif tag == "input":
            if attributes.get("type") == "checkbox" and "checked" in attributes:
                self._run.add("✓")
        else:
            if tag == "code" and self._pre and not self._language:
                self._language = _language(attributes)
            self._run.enter(tag)

    def _enter_in_code(self, tag: str) -> None:
        if tag in ("div", "p", "li", "tr") and self._run.text and not self._run.text[-1].endswith("\n"):
            self._run.line()
        if tag == "pre":
            self._pre += 1

    def _enter_in_table(self, tag: str, attributes: dict[str, str | None], identity: str | None) -> None:
        grid = self._grid
        if grid is None:
            return
        if tag == "thead":
            grid.in_head = True
        elif tag == "tr":
            grid.begin_row(identity)
        elif tag in ("td", "th"):
            self._run = Run()
            grid.spans = (_span(attributes.get("colspan")), _span(attributes.get("rowspan")))
            if tag == "td":
                grid.is_header = False
            grid.anchor = grid.anchor or identity
        elif not self._run.is_empty:
            self._run.line()

    def _begin_code(self, node: Any, attributes: dict[str, str | None]) -> None:
        self._pre = 1
        self._language = _language(attributes)
        parent = node.parent
        for _ in range(3):
            if self._language or parent is None or not parent.is_element_node:
                break
            self._language = _language(parent.attributes)
            parent = parent.parent
        self._run = Run(is_code=True)
        if (
            (method := _method(attributes))
            and "://" in (text := node.text(deep=True)[:300])
            and "\n" not in text.strip()
        ):
            self._run.add(f"{method} ")

    def _leave(self, tag: str) -> None:
        if tag in _INLINE:
            if tag not in ("a", "br", "img", "input"):
                self._run.leave(tag)
            return
        if self._pre:
            if tag == "pre":
                self._pre -= 1
                if not self._pre:
                    self._end_code()
            return
        if self._grid is not None:
            self._leave_in_table(tag)
            return
        self._flush()
        if tag in _HEADINGS:
            self._heading = None
        elif tag in _LISTS and self._lists:
            self._settle()
            self._lists.pop()
        elif tag in ("li", "dd"):
            self._settle()
            self._item_open = False
        elif tag == "dt":
            self._in_term = False

    def _leave_in_table(self, tag: str) -> None:
        grid = self._grid
        if grid is None:
            return
        if tag == "thead":
            grid.end_row()
            grid.in_head = False
        elif tag in ("td", "th"):
            grid.cell(self._run.inline())
            self._run = Run()
        elif tag == "tr":
            grid.end_row()
        elif tag == "table":
            self._grid, self._run = None, Run()
            if (table := grid.table()) is not None:
                self.blocks.append(table)
        elif tag != "caption" and not self._run.is_empty:
            self._run.line()

    def _end_code(self) -> None:
        run, self._run = self._run, Run()
        text, template = ("".join(part).strip("\n") for part in (run.text, run.template))
        if text.strip() and not all(c.isdigit() or c.isspace() for c in text):  # a column of line numbers
            self.blocks.append(Code(self._place, text, template, self._language))

    def _flush(self) -> None:
        """End the block whose text was being collected."""
        run = self._run
        if run.is_empty:
            run.text.clear()
            run.template.clear()
            return
        self._run = Run()
        inline = run.inline()
        if self._heading is not None:
            self._head(inline)
        elif self._in_term:
            self._terms.append(inline)
        elif self._item_open:
            self._item(inline)
        else:
            self.blocks.append(Paragraph(self._place, inline))

    def _item(self, inline: Inline) -> None:
        self._item_open = False
        group = self._lists[-1] if self._lists else 0
        terms: list[Inline | None] = [*self._terms] or [None]
        self._terms = []
        self.blocks.extend(Item(self._place, inline, group, term) for term in terms)

    def _settle(self) -> None:
        """Terms whose definition begins with no text of its own stand alone."""
        if self._terms and not self._in_term:
            self._item(EMPTY)

    def _head(self, inline: Inline) -> None:
        level, self._heading = self._heading or 6, None
        text = _ATTRIBUTES.sub("", inline.text).strip(_SIGNS)
        title = Title(level, text, self._anchor)
        self._trail = (*(above for above in self._trail if above.level < level), title)
        inline = Inline(
            text,
            _ATTRIBUTES.sub("", inline.template).strip(_SIGNS),
            inline.code,
            inline.strong,
            inline.links,
            inline.marked,
        )
        self.blocks.append(Heading(self._place, inline, level))

    @property
    def _place(self) -> Place:
        return Place(self._trail, self._anchor, len(self._lists))


def _is_bold(cell: Inline) -> bool:
    return len(cell.strong) == 1 and cell.strong[0] == cell.text


def _method(attributes: dict[str, str | None]) -> str:
    """The method that a style sheet shows before an address: ``<pre data-type="post">``."""
    told = attributes.get("data-type") or attributes.get("data-method") or attributes.get("data-verb") or ""
    return told.upper() if told.upper() in METHODS else ""


def _endpoint(attributes: dict[str, str | None], node: Any) -> str:
    """The endpoint that attributes name, of a component such as ``<Endpoint method="get" path="/users">``.

    A class that is a method is shown as one as well: ``<div class="endpoint get">/users</div>``.
    """
    method = (attributes.get("method") or "").upper()
    path = attributes.get("path") or attributes.get("url") or attributes.get("endpoint") or ""
    if method in METHODS and path.startswith(("/", "http")) and len(path) < 500:
        return f"{method} {path}"
    named = [each.upper() for each in (attributes.get("class") or "").split() if each.upper() in METHODS]
    if len(named) == 1 and node.child is not None and node.child.next is None and node.child.tag == "-text":
        text = (node.child.text_content or "").strip()
        if text.startswith(("/", "http")) and len(text) < 500 and "\n" not in text:
            node.child.remove()
            return f"{named[0]} {text}"
    return ""


def _language(attributes: dict[str, str | None]) -> str:
    told = attributes.get("data-lang") or attributes.get("data-language")
    if told:
        return told[:20].lower()
    found = _LANGUAGE.search((attributes.get("class") or "")[:500])
    return found[1].lower() if found else ""


def _layout_tables(tree: Any) -> frozenset[int]:
    """The tables that arrange the page rather than data: they hold tables or headings, or code beside line numbers."""
    headed = _tables_around(tree.css("th"))
    holding = _tables_around(tree.css("table, h1, h2, h3, h4, h5, h6"))
    numbered = _tables_around(tree.css("td.gutter, td.linenos, td.code pre"))
    return frozenset((holding - headed) | numbered)


def _tables_around(nodes: list[Any]) -> set[int]:
    """The tables that are nearest around `nodes`, by identity; looked for a few steps up, to stay linear."""
    found: set[int] = set()
    for node in nodes[: Caps.PAGE_NODES]:
        parent = node.parent
        for _ in range(_MOST_STEPS_UP):
            if parent is None:
                break
            if parent.tag == "table":
                found.add(parent.mem_id)
                break
            parent = parent.parent
    return found


def _span(value: str | None) -> int:
    return min(max(int(value), 1), _MOST_SPAN) if value and value.isdecimal() and len(value) < 5 else 1
