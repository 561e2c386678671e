"""The part of docs/cli.md that lists every command and option, made from the command itself.

``python -m cli.reference`` writes it into the page; a test fails while the two differ.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from typer.main import get_command

from cli.main import app

PAGE: Final = Path("docs/cli.md")
BEGIN: Final = "<!-- begin of what `python -m cli.reference` writes -->\n"
END: Final = "<!-- end of what `python -m cli.reference` writes -->\n"


def reference() -> str:
    """Every command in Markdown."""
    return "\n".join(
        text for path, command in _commands("waygate", get_command(app)) for text in _section(path, command)
    )


def filled(page: str) -> str:
    """`page` with the reference between its marks."""
    head, _, rest = page.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}\n{reference()}\n{END}{tail}"


def _commands(path: str, command: Any) -> Iterator[tuple[str, Any]]:
    """The commands that do something, each with its full name."""
    children = getattr(command, "commands", None)
    if children is None:
        yield path, command
        return
    for name, child in children.items():
        yield from _commands(f"{path} {name}", child)


def _section(path: str, command: Any) -> Iterator[str]:
    arguments = [each for each in command.params if each.param_type_name == "argument"]
    options = [each for each in command.params if each.param_type_name == "option" and each.name != "help"]
    usage = "".join(f" {_argument(each)}" for each in arguments)
    yield f"### `{path}{usage}`\n"
    yield "\n\n".join(" ".join(part.split()) for part in (command.help or "").split("\n\n")) + "\n"
    yield "| argument or option | |\n|---|---|"
    for each in arguments:
        yield f"| `{_cell(each.metavar or each.name.upper())}` | {_about(each)} |"
    for each in options:
        yield f"| `{_option(each)}` | {_about(each)} |"
    yield ""


def _argument(argument: Any) -> str:
    name = str(argument.metavar or argument.name.upper()) + ("…" if argument.nargs == -1 else "")
    return name if argument.required else f"[{name}]"


def _option(option: Any) -> str:
    names = ", ".join([*option.opts, *option.secondary_opts])
    return names if option.is_flag else f"{names} {option.metavar or option.name.upper()}"


def _cell(text: str) -> str:
    """`text` inside a table, where a bar would end the cell, even in code."""
    return text.replace("|", "\\|")


def _about(parameter: Any) -> str:
    text = _cell(parameter.help or "")
    if parameter.required and parameter.param_type_name == "option":
        text += " Required."
    if parameter.default and not getattr(parameter, "is_flag", False):
        text += f" Default: `{parameter.default}`."
    return text


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
