"""`python -m infra.release v1.2.3`: may this tag be released, and if so, what does the changelog say of it?

A release is a tag on a commit in which every place that states the version says the same, and whose changelog has a
section of that version with a date. The section goes to standard output, as the notes of the release.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
_VERSION_LINE: Final = re.compile(r'^VERSION = "([^"]+)"$', re.MULTILINE)
_SECTION: Final = re.compile(r"^## (?P<title>.+)\n(?P<text>(?:(?!## ).*\n?)*)", re.MULTILINE)


class NotReleasable(ValueError):
    """The tag does not fit the repository. The message says what differs."""


def versions(root: Path = ROOT) -> dict[str, str]:
    """The version as each file states it."""
    found = {"pyproject.toml": str(tomllib.loads((root / "pyproject.toml").read_text())["project"]["version"])}
    for name in ("chalicelib/version.py", "cli/__init__.py"):
        line = _VERSION_LINE.search((root / name).read_text(encoding="utf-8"))
        found[name] = line[1] if line else "none"
    return found


def notes(tag: str, root: Path = ROOT) -> str:
    """The changelog's section for `tag`. Raises `NotReleasable`."""
    version = tag.removeprefix("v")
    if wrong := {name: stated for name, stated in versions(root).items() if stated != version}:
        differing = ", ".join(f"{name} says {stated}" for name, stated in wrong.items())
        raise NotReleasable(f"The tag {tag} is not the version of the code: {differing}.")
    sections = {found["title"]: found["text"].strip() for found in _SECTION.finditer(_changelog(root))}
    for title, text in sections.items():
        if re.fullmatch(rf"{re.escape(version)} - \d{{4}}-\d\d-\d\d", title) and text:
            return text + "\n"
    raise NotReleasable(f"CHANGELOG.md has no section `## {version} - YYYY-MM-DD` with something in it.")


def _changelog(root: Path) -> str:
    return (root / "CHANGELOG.md").read_text(encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Prints the notes; status 1 and one line on standard error where the tag cannot be released, 2 without a tag."""
    if len(arguments) != 1:
        print("usage: python -m infra.release v1.2.3", file=sys.stderr)
        return 2
    try:
        print(notes(arguments[0]), end="")
    except NotReleasable as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
