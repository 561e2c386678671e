"""The `waygate` command: its parts put together, and the one place where a failure becomes an exit status.

0 ok, 1 failed, 2 usage, 3 upstream, 4 auth, 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from cli import VERSION
from cli.commands.add import add
from cli.commands.audit import audit
from cli.commands.backup import backup, restore
from cli.commands.browse import delete, list_, reset_breaker, show
from cli.commands.call import call
from cli.commands.clients import clients
from cli.commands.connect import connect, disconnect, refresh, verify
from cli.commands.consent import connect_link
from cli.commands.doctor import doctor
from cli.commands.keys import keys, workspaces
from cli.commands.logs import logs
from cli.commands.replay import replay
from cli.commands.review import review
from cli.commands.usage import usage
from cli.failures import FAILED, INTERRUPTED, Failure, Misuse
from cli.output import out

app = typer.Typer(
    name="waygate",
    help="Any API's documentation in, typed actions behind one endpoint out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)
_SETUP, _USE, _OPERATE = "Set up", "Use", "Operate"

app.command(rich_help_panel=_SETUP)(add)
app.command(rich_help_panel=_SETUP)(review)
app.command(rich_help_panel=_SETUP)(connect)
app.command("connect-link", rich_help_panel=_SETUP)(connect_link)
app.add_typer(clients, name="clients", rich_help_panel=_SETUP)
app.command("test", rich_help_panel=_SETUP)(verify)
app.command(rich_help_panel=_SETUP)(refresh)
app.command(rich_help_panel=_USE)(call)
app.command("list", rich_help_panel=_USE)(list_)
app.command(rich_help_panel=_USE)(show)
app.command(rich_help_panel=_USE)(logs)
app.command(rich_help_panel=_USE)(replay)
app.command(rich_help_panel=_USE)(audit)
app.command(rich_help_panel=_USE)(usage)
app.command(rich_help_panel=_OPERATE)(doctor)
app.command(rich_help_panel=_OPERATE)(reset_breaker)
app.command(rich_help_panel=_OPERATE)(backup)
app.command(rich_help_panel=_OPERATE)(restore)
app.add_typer(keys, name="keys", rich_help_panel=_OPERATE)
app.add_typer(workspaces, name="workspaces", rich_help_panel=_OPERATE)
app.command(rich_help_panel=_OPERATE)(disconnect)
app.command(rich_help_panel=_OPERATE)(delete)


def _version(wanted: bool) -> None:
    if wanted:
        out.say(f"waygate {VERSION}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    pass


def main() -> None:
    """The entry point: runs a command and leaves with its exit status."""
    status = _run()
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        status = status or FAILED
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the interpreter flushes once more
    sys.exit(status)


def _run() -> int:
    try:
        return int(app(prog_name="waygate", standalone_mode=False) or 0)
    except Failure as failure:
        out.failure(failure)
        return failure.status
    except typer.TyperException as error:  # a wrong option or argument
        _usage(error)
        return error.exit_code
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    except BrokenPipeError:
        return FAILED
    except Exception as error:
        if os.environ.get("WAYGATE_DEBUG"):
            raise
        out.failure(
            Failure(
                f"Unexpected {type(error).__name__}: this is a bug in the command line.",
                fix="WAYGATE_DEBUG=1 shows where; please report it.",
            )
        )
        return FAILED


def _usage(error: typer.TyperException) -> None:
    if out.as_json or "--json" in sys.argv:  # what follows the mistake has not been read
        out.as_json = True
        out.failure(Misuse(error.format_message()))
        return
    context = getattr(error, "ctx", None)
    if context is not None:
        out.note(context.get_usage())
    out.note(f"Error: {error.format_message()}", "red")
    if context is not None:
        out.note(f"Try: {context.command_path} --help")


if __name__ == "__main__":
    main()
