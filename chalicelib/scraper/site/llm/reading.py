"""A chunk of pages → what a model claims of them, within the job's tokens and the step's time.

Each question and its answer is stored with the job. A step that runs again takes the answers that are stored, so a
question is paid for once, and what a model said can be looked up next to what was made of it.
"""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final

from chalicelib.scraper.site.fragments import PageFragments
from chalicelib.scraper.site.llm import answers, prompt
from chalicelib.scraper.site.llm.checks import check
from chalicelib.scraper.site.llm.client import Budget, Model, ModelFailed, OutOfTokens
from chalicelib.scraper.site.page import Parsed
from chalicelib.scraper.site.storage import Store
from chalicelib.settings import settings

_AT_ONCE: Final = 2


@dataclass
class Outcome:
    """What came of a chunk. `failed` counts questions by reason; `left` those that no tokens were left for;
    `unverified` are ``[page hash, quote]`` of endpoints that the page does not show word for word."""

    fragments: list[PageFragments] = field(default_factory=list)
    tokens: int = 0
    cost_usd: float = 0.0
    dropped: int = 0
    left: int = 0
    failed: dict[str, int] = field(default_factory=dict)
    unverified: list[list[str]] = field(default_factory=list)

    def notes(self) -> dict[str, Any]:
        """What the merge tells the owner."""
        return {
            "dropped": self.dropped,
            "left": self.left,
            "failed": self.failed,
            "unverified": self.unverified,
        }


@dataclass(frozen=True)
class _Question:
    number: int
    part: int
    text: str

    @property
    def key(self) -> str:
        """Where its answer is stored: another model or prompt, or a changed page, is another question."""
        asked = f"{prompt.VERSION}\0{settings().llm_model}\0{self.text}"
        return f"model/{self.number}-{self.part}-{hashlib.sha256(asked.encode()).hexdigest()[:16]}"


def read(
    pages: Mapping[int, Parsed],
    model: Model,
    store: Store,
    *,
    tokens: int,
    time_left_s: float,
    clock: Callable[[], float] = time.monotonic,
) -> Outcome:
    """Ask about `pages`, for at most `tokens` in and out and `time_left_s` seconds. A model's failures are counted,
    never raised."""
    outcome = Outcome()
    failed: Counter[str] = Counter()
    asked = [
        _Question(number, part, text)
        for number, parsed in pages.items()
        for part, text in enumerate(prompt.questions(parsed))
    ]
    asking = _Asking(model, store, Budget(tokens), clock() + time_left_s, clock)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        records = list(pool.map(asking.answer, asked))
    for question, record in zip(asked, records, strict=True):
        if record is None:
            outcome.left += 1
            continue
        outcome.tokens += record["tokens_in"] + record["tokens_out"]
        outcome.cost_usd += _cost(record["tokens_in"], record["tokens_out"])
        if record["failure"] is not None:
            failed[record["failure"]] += 1
            continue
        parsed = pages[question.number]
        checked = check(answers.understand(record["answer"]), parsed)
        outcome.fragments.append(checked.fragments)
        outcome.dropped += checked.dropped
        outcome.unverified += [[parsed.hash, quote] for quote in checked.unverified]
    outcome.failed = dict(sorted(failed.items()))
    return outcome


@dataclass(frozen=True)
class _Asking:
    """What the questions of a chunk share."""

    model: Model
    store: Store
    budget: Budget
    ends: float
    clock: Callable[[], float]

    def answer(self, question: _Question) -> dict[str, Any] | None:
        """The stored answer, or the model's, stored; None where no tokens are left to ask."""
        record: dict[str, Any] | None = self.store.notes(question.key)
        if record is not None:
            self.budget.charge(record["tokens_in"] + record["tokens_out"])
            return record
        if self.clock() + settings().llm_timeout_s > self.ends:
            return {"tokens_in": 0, "tokens_out": 0, "failure": "the step's time was up", "answer": None}
        asked = {"model": self.model.name, "system": prompt.SYSTEM, "question": question.text}
        try:
            reply = self.model.ask(prompt.SYSTEM, question.text, self.budget)
            said = {"way": reply.way, "failure": None, "answer": reply.text}
            record = {**asked, **said, "tokens_in": reply.tokens_in, "tokens_out": reply.tokens_out}
        except OutOfTokens:
            return None
        except ModelFailed as error:
            spent = {"tokens_in": error.tokens_in, "tokens_out": error.tokens_out}
            record = {**asked, **spent, "way": None, "failure": error.reason, "answer": None}
        self.store.keep_notes(question.key, record)
        return record


def _cost(tokens_in: int, tokens_out: int) -> float:
    return (tokens_in * settings().llm_input_usd + tokens_out * settings().llm_output_usd) / 1_000_000
