"""The search index of a workspace: kept in S3, held by the process, brought up to date by whoever searches.

Every write of an action raises the generation of its integration (`mark`), one small update. Who searches looks at
the generations at most every 20 s: of an integration that has changed it reads the rows again, into a second, small
index over the stored one. Where both together are small, they are merged and stored at once; else the function
`index_actions` does that. So a workspace that nobody searches costs nothing, a new action is found within 20 s (at
once by the process that wrote it), and an index that is lost is made again.

Two processes may store at the same time; the last one wins, and what the other had read is only read once more.
"""

from __future__ import annotations

import json
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from botocore.exceptions import ClientError

from chalicelib import aws
from chalicelib.auth import connections
from chalicelib.observability import logger
from chalicelib.registry.search import index as indexes
from chalicelib.registry.search.documents import Document, document
from chalicelib.registry.search.index import Index
from chalicelib.registry.search.rank import Part, Question, ranked
from chalicelib.registry.tables import ActionRow
from chalicelib.settings import settings

_FRESH_S: Final = 20.0
_UNFINISHED_FRESH_S: Final = 2.0
_READING_S: Final = 4.0  # how long a search may read rows; the function `index_actions` does the rest
_INDEXING_S: Final = 18.0  # how long one run of the function reads rows before it stores what it has
_SMALL: Final = 20_000  # actions; merging and storing so many takes a quarter of a second
_KEPT: Final = 4  # workspaces of one process
_STORED: Final = "#stored"  # beside the generations: that of the stored index itself


@dataclass(frozen=True)
class _Held:
    """`base` is what is stored, of generation `stored`; `newer` is what has changed since."""

    base: Index
    newer: Index
    stored: int
    checked_at: float
    fresh_s: float = _FRESH_S

    @property
    def parts(self) -> list[Part]:
        if not self.newer.groups:
            return [Part(self.base)]
        old = frozenset(self.base.generations) - frozenset(self.newer.generations)
        return [Part(self.base, old), Part(self.newer)]


@dataclass
class _Workspaces:
    held: OrderedDict[str, _Held] = field(default_factory=OrderedDict)
    reading: dict[str, threading.Lock] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


_known = _Workspaces()


def search(workspace: str, question: Question, most: int) -> list[tuple[str, str]]:
    """Integration and name of the actions that answer `question` best, the best first."""
    return ranked(_current(workspace).parts, question, most)


def mark(workspace: str, integrations: Iterable[str]) -> None:
    """Note that actions of these integrations have been written or deleted; to be called after the write."""
    for integration in set(integrations):
        _raise(workspace, integration)
    with _known.lock:
        if workspace in _known.held:
            _known.held[workspace] = replace(_known.held[workspace], checked_at=0.0)


def delete_all(workspace: str) -> None:
    """Delete a workspace's index and generations."""
    aws.delete_objects(_key(workspace))
    with ActionRow.batch_write() as batch:
        for row in list(ActionRow.query(_owner(workspace), attributes_to_get=["owner", "name"])):
            batch.delete(row)
    with _known.lock:
        _known.held.pop(workspace, None)


def forget_everything() -> None:
    """Drop all that the process holds: for tests, and for a store that was replaced underneath."""
    with _known.lock:
        _known.held.clear()


def bring_up_to_date(event: dict[str, Any], *, clock: Callable[[], float] = time.monotonic) -> dict[str, Any]:
    """The function `index_actions`: store the index of `event["workspace"]` with all that has changed.

    What takes longer than one run is left to the next one, which this one starts.
    """
    workspace = event["workspace"]
    base, marks = _load(workspace), _marks(workspace)
    newer, is_complete = _read(workspace, _stale(marks, [base]), _INDEXING_S, clock)
    if newer.groups:
        _store(workspace, indexes.merged(base, newer))
    if not is_complete:
        _index_later(workspace)
    return {"integrations": len(newer.groups), "complete": is_complete}


def _current(workspace: str, *, now: Callable[[], float] = time.time) -> _Held:
    """What the process holds, looked after where that is due; other threads go on with what there is."""
    with _known.lock:
        held = _known.held.get(workspace)
        if held is not None and 0 <= now() - held.checked_at < held.fresh_s:
            _known.held.move_to_end(workspace)
            return held
        reading = _known.reading.setdefault(workspace, threading.Lock())
    if not reading.acquire(blocking=held is None or held.checked_at == 0.0) and held is not None:
        return held
    try:
        with _known.lock:
            again = _known.held.get(workspace)
        if again is not None and again is not held and 0 <= now() - again.checked_at < again.fresh_s:
            return again
        made = _refreshed(workspace, again, now())
        with _known.lock:
            _known.held[workspace] = made
            _known.held.move_to_end(workspace)
            while len(_known.held) > _KEPT:
                _known.held.popitem(last=False)
        return made
    finally:
        reading.release()


def _refreshed(workspace: str, held: _Held | None, moment: float) -> _Held:
    marks = _marks(workspace)
    stored = marks.pop(_STORED, 0)
    if held is None or stored != held.stored:
        held = _Held(_load(workspace), held.newer if held else Index(), stored, moment)
        held = replace(held, newer=_without(held.newer, held.base, marks))
    stale = _stale(marks, [held.newer, held.base])
    fresh, is_complete = _read(workspace, stale, _READING_S, time.monotonic)
    newer = indexes.merged(held.newer, fresh) if fresh.groups else held.newer
    fresh_s = _FRESH_S if is_complete else _UNFINISHED_FRESH_S
    if fresh.groups and is_complete and len(held.base.names) + len(newer.names) <= _SMALL:
        base = indexes.merged(held.base, newer)
        return _Held(base, Index(), _store(workspace, base), moment)
    if fresh.groups or not is_complete:
        _index_later(workspace)
    return _Held(held.base, newer, stored, moment, fresh_s)


def _without(newer: Index, base: Index, marks: dict[str, int]) -> Index:
    """`newer`, unless all that it knows is stored by now."""
    is_stored = all(base.generations.get(g.integration) == marks.get(g.integration) for g in newer.groups)
    return Index() if is_stored else newer


def _stale(marks: dict[str, int], known: Sequence[Index]) -> dict[str, int]:
    """The integrations that changed since they were read; the first of `known` that has one counts."""
    stale: dict[str, int] = {}
    for integration, generation in marks.items():
        held = next((i.generations[integration] for i in known if integration in i.generations), None)
        if held != generation and integration != _STORED:
            stale[integration] = generation
    return stale


def _read(workspace: str, stale: dict[str, int], most_s: float, clock: Callable[[], float]) -> tuple[Index, bool]:
    """An index of the integrations in `stale`, as far as they can be read in `most_s`; and whether that is all."""
    until = clock() + most_s
    read: dict[str, tuple[int, list[Document]]] = {}
    for integration, generation in stale.items():
        if read and clock() > until:
            return indexes.build(read), False
        rows = ActionRow.query(connections.owner(workspace, integration), consistent_read=True)
        read[integration] = generation, [_document(row) for row in rows]
    return indexes.build(read), True


def _document(row: ActionRow) -> Document:
    facts = row.facts
    if row.stored_at:
        packed = aws.get_object(row.stored_at)
        facts = aws.unpack(packed) if packed else {"title": row.title, "summary": row.summary, "path": row.path}
    return document(str(row.integration), row.name, facts or {})


def _marks(workspace: str) -> dict[str, int]:
    rows = ActionRow.query(_owner(workspace), attributes_to_get=["name", "version"], consistent_read=True)
    return {row.name: int(row.version or 0) for row in rows}


def _raise(workspace: str, name: str) -> int:
    row = ActionRow(_owner(workspace), name)
    row.update(actions=[ActionRow.version.add(1)])
    return int(row.version or 0)


def _load(workspace: str) -> Index:
    packed = aws.get_object(_key(workspace))
    return (indexes.load(packed) if packed else None) or Index()


def _store(workspace: str, index: Index) -> int:
    """Store `index`; the generation that it then is."""
    aws.put_object(_key(workspace), index.dump())
    return _raise(workspace, _STORED)


def _index_later(workspace: str) -> None:
    """Have the function do it. Where it cannot be started, the next search tries again."""
    try:
        aws.client("lambda").invoke(
            FunctionName=settings().resource("index_actions"),
            InvocationType="Event",
            Payload=json.dumps({"workspace": workspace}).encode(),
        )
    except ClientError as error:
        logger.warning("index_actions_not_started", extra={"error": error.response["Error"]["Code"]})


def _owner(workspace: str) -> str:
    return connections.owner(workspace, "#search")


def _key(workspace: str) -> str:
    return f"search/{workspace}/index"
