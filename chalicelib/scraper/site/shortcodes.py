"""Shortcodes that a page is published with → what they would have shown.

Hugo's ``{{< required >}}`` are words beside a parameter; Liquid's ``{% swagger method="get" path="/users" %}``, as
GitBook writes them into its Markdown, are endpoints, parameters and answers.
"""

from __future__ import annotations

import re
from typing import Final

_HUGO: Final = re.compile(
    r"\{\{(?:<|&lt;|%)\s{0,5}(?P<name>/?[\w-]{1,40})[^{}\n]{0,300}?(?:>|&gt;|%)\}\}(?:</[\w-]{1,40}>)?"
)
_COMPONENT: Final = re.compile(r"(?<!\{)<(Required|Optional|Deprecated)\s{0,3}/?>(?:</\1>)?", re.IGNORECASE)
_TAG: Final = re.compile(r"\{%-?\s{0,5}(?P<name>[\w-]{1,40})(?P<attributes>[^%\n]{0,1000})%\}\n?")
_ATTRIBUTE: Final = re.compile(r"([\w-]{1,30})=\"([^\"\n]{0,500})\"")


def plain(text: str) -> str:
    """`text`, which may be HTML, without Hugo's shortcodes; “required” and “optional” stay as words.

    So do components of these names, such as ``<Required />``.
    """
    text = _COMPONENT.sub(lambda found: f"({found[1].lower()}) ", text)
    return _HUGO.sub(_word, text) if "{{" in text else text


def unfolded(text: str) -> str:
    """Markdown without shortcodes of either kind."""
    text = plain(text)
    return _TAG.sub(_shown, text) if "{%" in text else text


def _word(code: re.Match[str]) -> str:
    name = code["name"].lower()
    return f"({name}) " if name in ("required", "optional", "deprecated") else ""


def _shown(tag: re.Match[str]) -> str:
    """A tag as Markdown: an endpoint, a parameter, the status of an answer, or the end of a block."""
    told = {name.lower(): value for name, value in _ATTRIBUTE.findall(tag["attributes"])}
    path = told.get("path") or told.get("url") or ""
    if told.get("method") and path:
        return f"\n\n`{told['method'].upper()} {(told.get('baseurl') or told.get('host') or '').rstrip('/')}{path}`\n\n"
    if "parameter" in tag["name"] and not tag["name"].startswith("end") and told.get("name"):
        required = "required" if told.get("required") == "true" else "optional"
        return f"\n\n- `{told['name']}` ({told.get('in', '')}) ({told.get('type', '')}) ({required}) - "
    if status := re.match(r"\d{3}", told.get("status", "")):
        return f"\n\n**Response {status[0]}**\n\n"
    return "\n\n"
