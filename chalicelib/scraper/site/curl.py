"""curl commands in their many forms → requests. One pass over the text; what does not parse is no request."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from chalicelib.scraper.site import paths
from chalicelib.scraper.site.shown import Shown

_CURL: Final = re.compile(r"(?:^|[\s$>`|(;&])curl(?:\.exe)?(?=\s)", re.MULTILINE)
_MOST_TOKENS: Final = 400
_MOST_CHARACTERS: Final = 30_000
_SHORT_WITH_VALUE: Final = frozenset("XdFuHGbAeomwTxUKcEyYzrCtQPD") - {"G"}
_LONG: Final = {
    "request": "X", "data": "d", "data-raw": "d", "data-binary": "d", "data-ascii": "d", "data-urlencode": "U&",
    "json": "json", "form": "F", "form-string": "F", "user": "u", "header": "H", "get": "G", "head": "I", "url": "url",
    "url-query": "q", "cookie": "b", "upload-file": "T", "oauth2-bearer": "bearer",
}  # fmt: skip
_LONG_FLAGS: Final = frozenset((
    "compressed", "fail", "fail-with-body", "globoff", "include", "insecure", "location", "location-trusted",
    "no-buffer", "no-progress-meter", "progress-bar", "remote-name", "remote-header-name", "show-error", "silent",
    "verbose", "raw", "http1.1", "http2", "http1.0", "tlsv1.2", "tlsv1", "ipv4", "ipv6", "basic", "digest", "ntlm",
    "negotiate", "anyauth", "create-dirs", "ssl-no-revoke", "path-as-is", "post301", "post302", "parallel",
    "trace-time", "next", "netrc", "append", "help", "version", "disable", "no-keepalive",
))  # fmt: skip
_USER: Final = re.compile(r"https?://([^/@\s:]{1,60}:[^/@\s]{1,60})@", re.IGNORECASE)
_METHOD: Final = re.compile(r"(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)\Z")


def read(text: str) -> Iterator[Shown]:
    """Each curl command in `text`, in order."""
    at = 0
    while (found := _CURL.search(text, at)) is not None:
        start = found.end()
        tokens, end = tokens_of(text, start)
        quote = text[found.end() - 4 : end].strip()
        shown = _request(tokens)
        if shown is not None:
            shown.quote, shown.end = quote, end
            yield shown
        at = max(end, start)


def tokens_of(text: str, start: int) -> tuple[list[str], int]:
    r"""The words of one command from `start` on, and where it ends: at the end of a line, at a pipe, ``;`` or ``&``.

    Lines are continued by ``\``, ``^`` or a backtick, and inside quotes. An indented option on a new line goes on as
    well, as the mark is often forgotten.
    """
    words = _Words()
    at, end = start, min(len(text), start + _MOST_CHARACTERS)
    while at < end and len(words.done) < _MOST_TOKENS:
        c = text[at]
        if words.quote:
            if c == "\\" and words.quote == '"' and text[at + 1 : at + 2] in ('"', "\\", "$", "`", "\n"):
                at += 1
                words.add("" if text[at] == "\n" else text[at])
            else:
                words.quoted(c)
        elif c in "\"'":
            words.begin_quote(c)
        elif c in "\\^`" and _ends_line(text, at + 1):
            at = text.find("\n", at)
            words.push()
        elif c == "\\" and at + 1 < end:
            at += 1
            words.add(text[at])
        elif c in " \t\r" or (c == "\n" and _goes_on(text, at + 1)):
            words.push()
        elif c in "\n|;" or (c == "&" and (words.is_between or text[at + 1 : at + 2] == "&")):
            break
        else:
            words.add(c)
        at += 1
    words.push()
    return words.done, at


class _Words:
    """The words of a command as its characters come."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.quote = ""
        self._word: list[str] | None = None

    @property
    def is_between(self) -> bool:
        return self._word is None

    def add(self, text: str) -> None:
        self._word = self._word or []
        self._word.append(text)

    def begin_quote(self, mark: str) -> None:
        self.quote = mark
        self.add("")

    def quoted(self, c: str) -> None:
        if c == self.quote:
            self.quote = ""
        else:
            self.add(c)

    def push(self) -> None:
        if self._word is not None:
            self.done.append("".join(self._word))
        self._word = None


def _ends_line(text: str, at: int) -> bool:
    while at < len(text) and text[at] in " \t\r":
        at += 1
    return at < len(text) and text[at] == "\n"


def _goes_on(text: str, at: int) -> bool:
    """Whether the next line is an option, indented, or an indented address."""
    line = text[at : at + 60].partition("\n")[0]
    stripped = line.lstrip()
    return line != stripped and stripped.startswith(("-", "'http", '"http', "http")) and not stripped.startswith("---")


def _request(tokens: list[str]) -> Shown | None:
    command = _Command()
    words = iter(tokens)
    for word in words:
        for option, value in _options(word, words):
            command.take(option, value)
    return command.request()


class _Command:
    """What the options of one command say."""

    def __init__(self) -> None:
        self.shown = Shown("", paths.Target("", "/"), "")
        self.method = ""
        self.data: list[str] = []
        self.as_query = False
        self.address = ""

    def take(self, option: str, value: str) -> None:
        shown = self.shown
        match option:
            case "X":
                self.method = value.upper()
            case "d" | "json" | "U&":
                self.data.append(value)
                if option == "json":
                    shown.headers.append(("Content-Type", "application/json"))
            case "F":
                self._part(value)
            case "u":
                shown.basic = value
            case "H" | "bearer" | "b":
                self._header(option, value)
            case "G":
                self.as_query = True
            case "I":
                self.method = self.method or "HEAD"
            case "q":
                shown.query.extend(paths.pairs(value))
            case "T":
                self.method, shown.body = self.method or "PUT", ""
            case "url" | "":
                if not self.address and _is_address(value):
                    self.address = value

    def _header(self, option: str, value: str) -> None:
        name, colon, content = value.partition(":")
        if option == "bearer":
            self.shown.headers.append(("Authorization", f"Bearer {value}"))
        elif option == "b":
            self.shown.headers.append(("Cookie", value))
        elif colon:
            self.shown.headers.append((name.strip(), content.strip()))

    def _part(self, value: str) -> None:
        name, _, content = value.partition("=")
        self.shown.is_multipart = True
        if content.startswith(("@", "<")):
            self.shown.files.append(name)
        else:
            self.shown.form.append((name, content.partition(";type=")[0]))

    def request(self) -> Shown | None:
        shown, there = self.shown, paths.target(self.address)
        sends = bool((self.data and not self.as_query) or shown.form or shown.files)
        shown.method = self.method or ("POST" if sends else "GET")
        if there is None or not _METHOD.match(shown.method):
            return None
        shown.target = there
        if shown.basic is None and (user := _USER.match(self.address)) is not None:
            shown.basic = user[1]
        shown.query[:0] = there.query
        shown.is_explicit = bool(self.method) or sends
        _put_data(shown, self.data, as_query=self.as_query)
        return shown


def _options(word: str, words: Iterator[str]) -> Iterator[tuple[str, str]]:
    """The options in one word, with their values, which may be the next word."""
    if word.startswith("--"):
        name, equals, value = word[2:].partition("=")
        if name in _LONG_FLAGS:
            return
        option = _LONG.get(name, "-")
        if option in ("G", "I"):
            yield option, ""
        else:
            yield option, value if equals else next(words, "")
    elif word.startswith("-") and len(word) > 1:
        for at, letter in enumerate(word[1:], start=2):
            if letter in _SHORT_WITH_VALUE:
                yield letter if letter != "U" else "-", word[at:].removeprefix("=") or next(words, "")
                return
            yield letter, ""
    else:
        yield "", word


def _is_address(word: str) -> bool:
    return "/" in word or "." in word or word.startswith(("$", "{", "<", "localhost"))


def _put_data(shown: Shown, data: list[str], *, as_query: bool) -> None:
    if not data:
        return
    if as_query:
        for each in data:
            shown.query.extend(paths.pairs(each))
        return
    joined = "&".join(data)
    kind = (shown.header("content-type") or "").lower()
    stripped = joined.lstrip()
    if stripped[:1] in ("{", "[", "<", "@") or ("json" in kind) or ("=" not in joined and "x-www-form" not in kind):
        shown.body = joined
    else:
        for each in data:
            shown.form.extend(paths.pairs(each))
