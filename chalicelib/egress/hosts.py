"""Names of hosts in other scripts: stored as they travel (A-labels), shown as they read, with a warning (A9).

Conversion is UTS 46, non-transitional, label by label, so that a base URL may have `{variables}` in its host. A label
or dot that only *looks* like ASCII (full-width digits, circled numbers, ideographic full stops) is refused: whoever
writes an address in such a way wants two readers to see two hosts.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_HOST: Final = re.compile(r"^(?P<before>[a-z]+://)(?P<host>[^/?#:@\[\]]*)(?P<after>.*)$", re.IGNORECASE | re.DOTALL)
# What may stand together in one label: UTS 39, section 5.2, "highly restrictive".
_TOGETHER: Final = (
    frozenset({"LATIN", "CJK", "HIRAGANA", "KATAKANA"}),
    frozenset({"LATIN", "CJK", "BOPOMOFO"}),
    frozenset({"LATIN", "CJK", "HANGUL"}),
)


def with_ascii_host(url: str) -> str:
    """`url` with the host as A-labels (RFC 5890). Raises `ValueError` for a host that no name may have."""
    match = _HOST.match(url)
    if match is None or match["host"].isascii():
        return url
    labels = [label if label.isascii() else _a_label(label) for label in match["host"].split(".")]
    return match["before"] + ".".join(labels) + match["after"]


def readable_host(url: str) -> str:
    """The host of `url` as it reads in its own script: ``xn--bcher-kva.example`` is ``bücher.example``."""
    match = _HOST.match(url)
    return ".".join(map(_readable, match["host"].split("."))) if match else ""


def mixes_scripts(host: str) -> bool:
    """True where one label of a readable host mixes scripts that no language mixes, such as Latin and Cyrillic."""
    return any(_mixes_scripts(label) for label in host.split("."))


def _a_label(label: str) -> str:
    import idna  # some 50 ms, for a host in a thousand

    try:
        mapped = idna.uts46_remap(label, std3_rules=True, transitional=False)
        if mapped.isascii() or "." in mapped:
            raise ValueError(f"{label!r} reads as {mapped!r}; write it so")
        return idna.alabel(mapped).decode()
    except idna.IDNAError as error:
        raise ValueError(f"{label!r} cannot be part of a host name: {error}") from None


def _readable(label: str) -> str:
    if not label.lower().startswith("xn--"):
        return label
    import idna

    try:
        return idna.ulabel(label)
    except (idna.IDNAError, UnicodeError):
        return label


def _mixes_scripts(label: str) -> bool:
    found = {unicodedata.name(char, "UNKNOWN").split(" ")[0].split("-")[0] for char in label if char.isalpha()}
    return len(found) > 1 and not any(found <= allowed for allowed in _TOGETHER)
