"""Parameters in each of their forms → `Parameter` claims: rows of a table, items of a list, terms of definitions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from chalicelib.scraper.site import details, vocabulary
from chalicelib.scraper.site.blocks import EMPTY, Inline, Item, Place, Table
from chalicelib.scraper.site.details import Details, Scalar, Typed
from chalicelib.scraper.site.fragments import Evidence, Location, Parameter

_NAME: Final = r"[A-Za-z_$@*][\w.$@*-]{0,79}(?:\[[\w.-]{0,40}\]){0,3}"
_NAME_CELL: Final = re.compile(
    rf"^[\s»›↳>└├─│—–•*:-]{{0,12}}(?P<quote>[\"'`]?)(?P<name>{_NAME}(?::{_NAME})?)(?P=quote)(?P<mark>\s?[?*†]{{1,2}}(?![\w]))?"
    rf"(?P<rest>.*)\Z",
    re.DOTALL,
)
_BARE: Final = re.compile(rf"{_NAME}(?::{_NAME})?[?*]?\Z")
_ASSIGNED: Final = re.compile(rf"^[?&]?(?P<name>{_NAME})\s?=\s?(?P<value>[<\[{{(].{{0,80}}[>\]}})]|\S{{0,80}})\Z")
_LEAD: Final = re.compile(
    r"^[\s*]{0,4}[\"'`]?(?P<name>" + _NAME + r")[\"'`]?(?P<mark>[?*])?"
    r"\s{0,3}(?P<hints>(?:[(\[<{][^()\[\]<>{}\n]{1,120}[)\]>}]\s{0,2}){0,3})\s{0,2}(?P<separator>[:–—=-]"
    r"|\s-\s)?\s{0,3}(?P<rest>.*)\Z",
    re.DOTALL,
)
_TYPE: Final = details.TYPE_WORD
_LINE: Final = re.compile(
    rf"(?P<name>{_NAME})[?*:]?\s"
    rf"(?P<type>\(?(?:{_TYPE})\)?(?:\[\])?(?:(?: of |\s?[|/]\s?| or |<)(?:{_TYPE})s?>?){{0,3}})"
    r"(?P<rest>(?:[\s,(—–-]{1,4}(?:required|optional|nullable|read-only|default(?:s to|:)? \S{1,40})\)?){0,3})\Z",
    re.IGNORECASE,
)
_HINTED: Final = re.compile(r"\s{0,3}(?:[(\[].{1,400}[)\]]|:\s.{3,}|[–—-]\s.{3,})", re.DOTALL)
_PLACES: Final[dict[str, Location]] = {
    "path": "path", "url": "path", "uri": "path", "route": "path", "query": "query", "querystring": "query",
    "header": "header", "headers": "header", "cookie": "cookie", "body": "body", "form": "body", "formdata": "body",
    "json": "body", "payload": "body", "post": "body",
}  # fmt: skip
_YES: Final = frozenset(
    ("yes", "y", "true", "required", "x", "✓", "✔", "✅", "☑", "●", "•", "1", "mandatory", "always", "r", "*", "must")
)
_NO: Final = frozenset(("no", "n", "false", "optional", "✗", "✘", "❌", "☐", "-", "—", "–", "0", "o", ""))
_EITHER: Final = re.compile(r"[A-Za-z_]\w{0,30}(?: or [A-Za-z_]\w{0,30}){1,3}\Z")
_OTHERS: Final = re.compile(
    r"(?:any|all|other|each|every|the|no)\s(?:other|additional|further|of|parameters?)\b", re.IGNORECASE
)
_WRAPPERS: Final = frozenset(
    ("body", "requestbody", "payload", "params", "parameters", "query", "queryparameters", "queryparams", "arguments")
)
_NOT_NAMES: Final = frozenset(
    (
        "note",
        "example",
        "warning",
        "default",
        "tip",
        "important",
        "see",
        "response",
        "request",
        "returns",
        "synopsis",
        "none",
        "n/a",
    )
)


@dataclass(frozen=True, slots=True)
class Named:
    """A name cell taken apart. `rest` is what stood beside the name."""

    name: str
    required: bool | None
    rest: str


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column holds what."""

    at: dict[vocabulary.Column, int]

    def cell(self, row: Sequence[Inline], column: vocabulary.Column) -> Inline:
        """The cell of a row in `column`; empty where there is none."""
        index = self.at.get(column)
        return row[index] if index is not None and index < len(row) else EMPTY


def named(cell: Inline) -> Named | None:
    """The name in a cell, with the marks beside it (``name?`` may be absent, ``name*`` must not)."""
    text = cell.text.strip()
    if _OTHERS.match(text):
        return None
    if cell.code and _EITHER.match(cell.code[0]) and text.startswith(cell.code[0]):
        rest = text[len(cell.code[0]) :].strip()
        return Named(cell.code[0].replace(" ", "_"), details.is_required(rest), rest)
    if cell.code and text and _BARE.match(cell.code[0]) and text.lstrip("»›↳> ").startswith(cell.code[0].strip()):
        first = cell.code[0]
        rest = text.split(first, 1)[1]
        text = first + (" " if rest[:1] not in ("?", "*", "") else "") + rest
    if assigned := _ASSIGNED.match(text):
        return Named(assigned["name"], None, _unbracketed(assigned["value"]))
    found = _NAME_CELL.match(text)
    if found is None or len(found["name"]) > 80:
        return None
    name, mark, rest = found["name"].rstrip(".-*"), (found["mark"] or "").strip(), found["rest"].strip()
    if found["name"].endswith("*"):
        mark = "*"
    required = {"?": False, "*": True}.get(mark[:1])
    if required is None:
        required = details.is_required(rest[:200])
    return Named(name, required, rest) if name else None


def _unbracketed(value: str) -> str:
    return value.strip("<>[](){} ")


def columns_of(table: Table) -> Columns | None:
    """The columns of a table of parameters, by its header or else by its content; `None` where it is no such table."""
    at: dict[vocabulary.Column, int] = {}
    if len(table.header) == 1:
        return _one_column(table)
    for index, cell in enumerate(table.header):
        kind = vocabulary.column(cell.text)
        if kind is not None:
            at.setdefault(kind, index)
    if not table.header:
        at = _by_content(table)
    if "enum" in at and "type" not in at and _holds_types(table, at["enum"]):
        at["type"] = at.pop("enum")
    if "name" not in at and "enum" in at and "code" not in at and vocabulary.column(table.header[0].text) is None:
        at["name"] = 0
    if "name" not in at and not {"code", "method", "path"} & set(at) and len(at) >= 2 and 0 not in at.values():
        at["name"] = 0
    if "name" not in at or len(at) < 2 or {"method"} & set(at):
        return None
    columns = Columns(at)
    usable = sum(1 for row in table.rows if _is_name(columns.cell(row, "name")))
    return columns if usable * 10 >= len(table.rows) * 6 and usable else None


def _one_column(table: Table) -> Columns | None:
    """A table whose only column is headed “Name, Type, Description”: each cell is a name set as code, and the rest."""
    kinds = [vocabulary.column(part) for part in re.split(r"[,/]", table.header[0].text)]
    is_marked = all(row and row[0].code and row[0].text.startswith(row[0].code[0]) for row in table.rows)
    return Columns({"name": 0}) if "name" in kinds and len(kinds) > 1 and is_marked else None


def _holds_types(table: Table, index: int) -> bool:
    cells = [row[index].text for row in table.rows[:50] if index < len(row) and row[index].text]
    return sum(len(text) < 60 and details.type_of(text) is not None for text in cells) * 2 > len(cells)


def _is_name(cell: Inline) -> bool:
    found = named(cell)
    return (
        found is not None
        and (not found.rest or bool(cell.code) or len(found.rest) < 60)
        and len(cell.text.split()) < 12
    )


def _is_labelled(cell: Inline) -> bool:
    """Whether a cell is a name alone, or a name with its type and marks."""
    found = named(cell)
    if found is None:
        return False
    return not found.rest or details.type_of(found.rest) is not None or details.is_required(found.rest) is not None


def _by_content(table: Table) -> dict[vocabulary.Column, int]:
    """Columns of a table without a header: identifiers first, then types, marks and prose."""
    rows, width = table.rows[:50], max((len(row) for row in table.rows), default=0)
    at: dict[vocabulary.Column, int] = {}
    if width < 2 or not rows:
        return at
    cells = [[row[index].text for row in rows if index < len(row)] for index in range(min(width, 12))]
    if sum(_is_name(row[0]) and _is_labelled(row[0]) for row in rows if row) * 10 < len(rows) * 8:
        return at
    at["name"] = 0
    for index, column in enumerate(cells[1:], start=1):
        typed = sum(len(text) < 40 and details.type_of(text) is not None for text in column)
        marked = sum(text.strip().lower() in _YES | _NO for text in column)
        if typed * 10 >= len(column) * 6:
            at.setdefault("type", index)
        elif marked * 10 >= len(column) * 8:
            at.setdefault("required", index)
    left = [index for index in range(1, len(cells)) if index not in at.values()]
    if left:
        at["description"] = max(left, key=lambda index: sum(map(len, cells[index])))
    return at


def of_table(table: Table, columns: Columns, role: vocabulary.Role | None, evidence: Evidence) -> Iterator[Parameter]:
    """The parameters of a table; `evidence` is repeated with each row's own words."""
    for row in table.rows[:500]:
        cell = columns.cell(row, "name")
        found = named(cell)
        if found is None or found.name.lower() in _NOT_NAMES:
            continue
        description = columns.cell(row, "description").text or (found.rest if len(row) == 1 else "")
        others = [each for key in ("enum", "default") if (each := columns.cell(row, key).text)]
        said = details.read(" ".join(part for part in (found.rest, description) if part))
        typed = details.type_of(columns.cell(row, "type").text) or (details.type_of(found.rest) if found.rest else None)
        required = _required(columns, row, found, said, columns.cell(row, "type").text)
        place = _place(columns.cell(row, "place").text) or place_of(role)
        said = _with_columns(said, columns, row)
        quote = " ".join(part for part in (cell.text, columns.cell(row, "type").text, description, *others) if part)
        quote = " ".join(each.text for each in row if each.text) or quote
        yield parameter(
            found.name, place, required, typed, description, said,
            replace_quote(evidence, quote), example=columns.cell(row, "example").text or None,
        )  # fmt: skip


def _required(columns: Columns, row: Sequence[Inline], found: Named, said: Details, type_text: str) -> bool | None:
    for column, positive in (("required", True), ("optional", False)):
        index = columns.at.get(column)  # type: ignore[call-overload]
        if index is None or index >= len(row):
            continue
        mark = row[index].text.strip().lower().rstrip(".")
        first = mark.split()[0].strip(",;(") if mark.split() else ""
        if first in _YES:
            return positive
        if mark in _NO or first in _NO:
            return not positive
        if (told := details.is_required(mark)) is not None:
            return told
    if found.required is not None:
        return found.required
    told = details.is_required(type_text)
    return told if told is not None else said.required


def _with_columns(said: Details, columns: Columns, row: Sequence[Inline]) -> Details:
    default, choices = columns.cell(row, "default"), columns.cell(row, "enum")
    if default.text and default.text.strip('-–— `"').lower() not in ("", "none", "n/a", "null", "no", "na", "required"):
        value = default.code[0] if default.code else default.text
        if len(value) <= 80:
            said = replace(said, default=details.scalar(value))
    listed = [part.strip(" `\"'") for part in re.split(r"[,|\n/]", choices.text) if part.strip(" `\"'")]
    if choices.code and len(choices.code) >= 2:
        listed = list(choices.code)
    if len(listed) >= 2 and all(re.fullmatch(r"[\w.:+-]{1,40}", each) for each in listed) and not said.enum:
        said = replace(said, enum=tuple(dict.fromkeys(details.scalar(each) for each in listed))[:50])
    return said


def _place(text: str) -> Location | None:
    for word in vocabulary.words(text):
        if word in _PLACES:
            return _PLACES[word]
    return None


def place_of(role: vocabulary.Role | None) -> Location | None:
    """Where the parameters under a heading of this role go."""
    return role if role in ("query", "path", "header", "cookie", "body") else None


def of_item(item: Item, role: vocabulary.Role | None, evidence: Evidence, *, is_announced: bool) -> Parameter | None:
    """The parameter that a list's item or a definition describes; `None` where it describes none.

    `is_announced`: the words before the list say that parameters follow. Otherwise the name must be set as code or in
    bold, and be set apart from its description.
    """
    if item.term is not None:
        found = named(item.term)
        if found is None or found.name.lower() in _NOT_NAMES or not _is_name(item.term):
            return None
        typed = _hinted(found.rest) or details.leading_type(item.inline.text)
        said = details.read(f"{found.rest} {item.inline.text}")
        required = found.required if found.required is not None else said.required
        return parameter(found.name, place_of(role), required, typed, item.inline.text, said,
                         replace_quote(evidence, f"{item.term.text} {item.inline.text}"))  # fmt: skip
    inline = item.inline
    first = _first_mark(inline)
    if first is not None and (assigned := _ASSIGNED.match(first)) is not None:
        rest = inline.text.split(first, 1)[-1] if first in inline.text else inline.text
        hint = _unbracketed(assigned["value"])
        typed = _hinted(hint)
        said = details.read(rest)
        return parameter(assigned["name"], place_of(role), said.required, typed, rest.lstrip(" :–—-"), said,
                         replace_quote(evidence, inline.text))  # fmt: skip
    lead = _LEAD.match(inline.text)
    if lead is None or lead["name"].lower() in _NOT_NAMES:
        return None
    is_set_apart = first is not None and first.strip("\"'`:?* ") == lead["name"]
    if not is_set_apart and not (is_announced and (lead["separator"] or lead["hints"] or not lead["rest"])):
        return None
    if is_set_apart and not (lead["separator"] or lead["hints"] or lead["rest"][:1] in "([" or is_announced):
        return None
    if not is_set_apart and not lead["rest"] and not lead["hints"] and (inline.links or not lead["name"][:1].islower()):
        return None  # an entry of a menu
    hints, rest = lead["hints"] or "", lead["rest"]
    said = details.read(f"{hints} {rest}")
    required = {"?": False, "*": True}.get(lead["mark"] or "", said.required)
    place = _place(hints) or place_of(role)
    typed = _hinted(hints) or (details.type_of(rest.split()[0]) if rest.split() and not lead["separator"] else None)
    return parameter(lead["name"], place, required, typed, rest, said, replace_quote(evidence, inline.text))


def of_paragraph(inline: Inline, role: vocabulary.Role | None, evidence: Evidence) -> Parameter | None:
    """The parameter that a line such as ``limit integer required`` introduces, whose description follows."""
    if role in (None, "response", "errors"):
        return None
    lead, first = _LINE.match(inline.text), _first_mark(inline)
    if lead is None and first is not None and _HINTED.match(inline.text.replace(first, "", 1)):
        return of_item(Item(Place(), inline, 0), role, evidence, is_announced=False)
    if lead is None or lead["name"].lower() in _NOT_NAMES:
        return None
    if first is not None and first.strip("\"'`:?* ") != lead["name"]:
        return None
    typed = details.type_of(lead["type"])
    said = details.read(lead["rest"])
    return parameter(lead["name"], place_of(role), said.required, typed, "", said, replace_quote(evidence, inline.text))


def _first_mark(inline: Inline) -> str | None:
    """The code span or bold part that the text begins with."""
    text = inline.template.lstrip(" *")
    for marked in (*inline.code[:1], *inline.strong[:1]):
        if text.startswith(marked):
            return marked
    return None


def _hinted(hints: str) -> Typed | None:
    return details.type_of(hints) if hints else None


def parameter(
    name: str, place: Location | None, required: bool | None, typed: Typed | None, description: str, said: Details,
    evidence: Evidence, *, example: Scalar | None = None,
) -> Parameter:  # fmt: skip
    """The claim."""
    return Parameter(
        name=name[:300],
        place=place,
        required=required,
        type=typed.type if typed else None,
        item_type=typed.item_type if typed else None,
        format=typed.format if typed else None,
        nullable=bool(typed and typed.nullable),
        description=" ".join(description.split())[:4000],
        enum=said.enum,
        default=said.default,
        minimum=said.minimum,
        maximum=said.maximum,
        example=example[:200] if isinstance(example, str) else example,
        evidence=evidence,
    )


def described(before: Parameter, text: str, evidence: Evidence) -> Parameter:
    """`before` with what `text` says of it besides."""
    said = details.read(text)
    return before.model_copy(
        update={
            "description": " ".join(f"{before.description} {text}".split())[:4000],
            "required": before.required if before.required is not None else said.required,
            "default": before.default if before.default is not None else said.default,
            "enum": before.enum or said.enum,
            "minimum": before.minimum if before.minimum is not None else said.minimum,
            "maximum": before.maximum if before.maximum is not None else said.maximum,
            "evidence": before.evidence if not text else evidence,
        }
    )


def detailed(before: Parameter, inline: Inline, read: Parameter | None, term: Inline | None) -> Parameter:
    """`before` with what an item below its own says: a value that it may take, or one of its members."""
    text = f"{term.text} {inline.text}" if term else inline.text
    code = (term or inline).code[:1]
    value = code[0].strip("\"'`") if code and (term or inline).text.startswith(code[0]) else read.name if read else ""
    is_choice = details.announces_choices(before.description) and re.fullmatch(r"[\w.:+-]{1,40}", value)
    return before.model_copy(
        update={
            "description": f"{before.description} {' '.join(text.split())}"[:4000],
            "enum": (*before.enum, details.scalar(value))[:50] if is_choice else before.enum,
        }
    )


def is_wrapper(name: str) -> bool:
    """Whether `name` names all of a body or query, so that what stands below it are the parameters."""
    return re.sub(r"[^a-z]", "", name.lower()) in _WRAPPERS


def replace_quote(evidence: Evidence, quote: str) -> Evidence:
    """`evidence` with other words."""
    return Evidence(url=evidence.url, page_hash=evidence.page_hash, quote=quote.strip()[:2000] or evidence.quote,
                    confidence=evidence.confidence)  # fmt: skip
