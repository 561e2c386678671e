"""One question to a model, one structured answer back: by JSON Schema, else a forced tool call, else a JSON object.

Servers differ in which of these they can, so a refusal of one leads to the next, and what worked is remembered. All
goes out through the egress door; the key goes nowhere but into the Authorization header.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from chalicelib.errors import EgressBlocked
from chalicelib.scraper.site.llm import answers
from chalicelib.scraper.site.pace import retry_after_s
from chalicelib.settings import settings

Way = Literal["json_schema", "tool", "json_object"]
WAYS: Final[tuple[Way, ...]] = ("json_schema", "tool", "json_object")
ANSWER_TOKENS: Final = 4_000
_TOOL: Final = "report"
_CANNOT: Final = frozenset((400, 404, 405, 415, 422, 500, 501))  # llama.cpp says 500 to a json_schema
_BUSY: Final = frozenset((408, 409, 425, 429, 502, 503, 504, 529))
_BUSY_TRIES: Final = 3
_MOST_WAIT_S: Final = 20.0


class ModelFailed(Exception):
    """There is no usable answer; `reason` is short and tells nothing of the question. The tokens were spent anyway."""

    def __init__(self, reason: str, *, tokens_in: int = 0, tokens_out: int = 0) -> None:
        super().__init__(reason)
        self.reason, self.tokens_in, self.tokens_out = reason, tokens_in, tokens_out


class OutOfTokens(ModelFailed):
    """Nothing was asked: no tokens are left."""


@dataclass
class Budget:
    """Tokens that may still be spent. What a question may cost is set aside before it is asked."""

    tokens: int
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def set_aside(self, tokens: int) -> None:
        """Raises `OutOfTokens`."""
        with self._lock:
            if tokens > self.tokens:
                raise OutOfTokens("no tokens are left")
            self.tokens -= tokens

    def charge(self, tokens: int, *, set_aside: int = 0) -> None:
        """What was really spent of what was set aside."""
        with self._lock:
            self.tokens += set_aside - tokens


@dataclass(frozen=True)
class Reply:
    """An answer as text, how it was asked for, and what it cost."""

    text: str
    way: Way
    tokens_in: int
    tokens_out: int


@dataclass
class Model:
    """A configured model. `ways` are those that the server has not refused yet."""

    client: Any
    name: str
    sleep: Callable[[float], None] = time.sleep
    ways: list[Way] = field(default_factory=lambda: list(WAYS))

    def ask(self, system: str, question: str, budget: Budget) -> Reply:
        """The model's answer, paid from `budget`. Raises `ModelFailed`, with what was spent all the same."""
        messages = [{"role": "system", "content": system}, {"role": "user", "content": question}]
        spent = [0, 0]
        problem = "the server can give no structured answer"
        try:
            for way in tuple(self.ways):
                try:
                    completion = self._paid(way, messages, budget, spent)
                    text = _content(completion, way)
                    answers.understand(text)
                except _Cannot as error:
                    problem = str(error)
                    if way in self.ways and len(self.ways) > 1:
                        self.ways.remove(way)
                except answers.Malformed as error:  # some servers ignore what they do not know: another way may work
                    problem = str(error)
                else:
                    return Reply(text, way, *spent)
        except OutOfTokens:
            if spent == [0, 0]:
                raise
        except ModelFailed as error:
            problem = error.reason
        raise ModelFailed(problem, tokens_in=spent[0], tokens_out=spent[1])

    def _paid(self, way: Way, messages: list[dict[str, str]], budget: Budget, spent: list[int]) -> Any:
        """One completion; what it cost is added to `spent`."""
        set_aside = estimate(*(message["content"] for message in messages)) + ANSWER_TOKENS
        budget.set_aside(set_aside)
        tokens_in = tokens_out = 0
        try:
            completion = self._completed(way, messages)
            tokens_in, tokens_out = _usage(completion, messages)
        finally:
            budget.charge(tokens_in + tokens_out, set_aside=set_aside)
            spent[0] += tokens_in
            spent[1] += tokens_out
        return completion

    def _completed(self, way: Way, messages: list[dict[str, str]]) -> Any:
        import openai

        for attempt in range(1, _BUSY_TRIES + 1):
            try:
                return self.client.chat.completions.create(
                    model=self.name, messages=messages, max_tokens=ANSWER_TOKENS, temperature=0, **_asking(way)
                )
            except openai.APIStatusError as error:
                if error.status_code in _BUSY and attempt < _BUSY_TRIES:
                    wait_s = retry_after_s(error.response.headers.get("retry-after"))
                    self.sleep(min(2.0 ** (attempt - 1) if wait_s is None else wait_s, _MOST_WAIT_S))
                    continue
                if error.status_code in _CANNOT:
                    raise _Cannot(f"the server answered {error.status_code}") from None
                raise ModelFailed(f"the server answered {error.status_code}") from None
            except openai.APITimeoutError:
                raise ModelFailed("no answer in time") from None
            except openai.APIConnectionError:
                raise ModelFailed("the server cannot be reached") from None
            except EgressBlocked:
                raise ModelFailed("the server's address is never called") from None
            except (openai.OpenAIError, ValueError, TypeError, AttributeError):
                raise ModelFailed("the answer is not one of chat completions") from None
        raise ModelFailed("the server is busy")


def configured() -> Model | None:
    """The model that the settings name; None where they name none."""
    chosen = settings()
    if not chosen.llm_base_url or not chosen.llm_model:
        return None
    import openai

    from chalicelib.egress.clients import client as door

    key = chosen.llm_api_key.get_secret_value() if chosen.llm_api_key else ""
    return Model(
        openai.OpenAI(
            base_url=chosen.llm_base_url,
            api_key=key or "none",
            max_retries=0,
            timeout=chosen.llm_timeout_s,
            http_client=door(timeout_s=chosen.llm_timeout_s),
        ),
        chosen.llm_model,
    )


class _Cannot(Exception):
    """The server does not know this way of asking."""


def _asking(way: Way) -> dict[str, Any]:
    match way:
        case "json_schema":
            wanted = {"name": _TOOL, "strict": True, "schema": answers.schema()}
            return {"response_format": {"type": "json_schema", "json_schema": wanted}}
        case "tool":
            tool = {"name": _TOOL, "description": "Report what the page states.", "parameters": answers.schema()}
            choice = {"type": "function", "function": {"name": _TOOL}}
            return {"tools": [{"type": "function", "function": tool}], "tool_choice": choice}
        case "json_object":
            return {"response_format": {"type": "json_object"}}


def _content(completion: Any, way: Way) -> str:
    choices = getattr(completion, "choices", None)
    if not choices:
        raise ModelFailed("the answer is empty")
    choice = choices[0]
    if choice.finish_reason == "length":
        raise ModelFailed("the answer was cut off")
    if choice.finish_reason == "content_filter" or getattr(choice.message, "refusal", None):
        raise ModelFailed("the model refused")
    calls = getattr(choice.message, "tool_calls", None) or ()
    text = calls[0].function.arguments if way == "tool" and calls else choice.message.content
    if not isinstance(text, str) or not text.strip():
        raise ModelFailed("the answer is empty")
    return text


def _usage(completion: Any, messages: list[dict[str, str]]) -> tuple[int, int]:
    """Tokens in and out as the server counts them, or four characters to a token where it does not."""
    usage = getattr(completion, "usage", None)
    tokens_in = getattr(usage, "prompt_tokens", None)
    tokens_out = getattr(usage, "completion_tokens", None)
    if isinstance(tokens_in, int) and isinstance(tokens_out, int) and tokens_in >= 0 and tokens_out >= 0:
        return tokens_in, tokens_out
    return estimate(*(message["content"] for message in messages)), ANSWER_TOKENS // 4


def estimate(*texts: str) -> int:
    """About how many tokens `texts` are; rather too many."""
    return sum(len(text.encode()) for text in texts) // 3 + 1
