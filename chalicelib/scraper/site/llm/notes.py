"""What a model did, as the job tells it: warnings beside the draft."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from chalicelib.scraper.references import escape

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


def of(told: Sequence[dict[str, Any]], document: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Warnings of all chunks' outcomes (`reading.Outcome.notes`), as ``(code, pointer, detail)``.

    An operation of `document` is unverified where nothing but unverified claims stands for it.
    """
    failed: Counter[str] = Counter()
    dropped = left = 0
    unverified: set[tuple[str, str]] = set()
    for each in told:
        failed.update(each["failed"])
        dropped += each["dropped"]
        left += each["left"]
        unverified.update((page_hash, quote) for page_hash, quote in each["unverified"])
    notes = [("model_failed", "", f"{count} questions: {reason}.") for reason, count in sorted(failed.items())]
    if dropped:
        notes.append(("model_claims_dropped", "", f"{dropped} claims are not on their page word for word."))
    if left:
        notes.append(("model_budget", "", f"{left} questions were not asked: the job's tokens were spent."))
    if unverified:
        notes += [
            ("endpoint_unverified", pointer, f"{method.upper()} {path}")
            for pointer, method, path, claims in _operations(document)
            if claims and all((claim.get("page_hash"), claim.get("quote")) in unverified for claim in claims)
        ]
    return notes


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, str, list[dict[str, Any]]]]:
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method in item:
                evidence = item[method].get("x-waygate-evidence", ())
                claims = [each for each in evidence if each.get("field") == "operation"]
                yield f"/paths/{escape(path)}/{method}", method, path, claims
