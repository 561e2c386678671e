"""`waygate doctor`: is everything in place, and if not, what to do."""

from __future__ import annotations

import datetime as dt
import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import typer

from cli import VERSION
from cli.client import Answer, Api
from cli.config import find_target, is_loopback
from cli.failures import FAILED, Failure, Misuse
from cli.options import AsJson, Url
from cli.output import out

_CLOCK_S: Final = 30.0
_DEMO: Final = "demo"
_STYLES: Final = {"ok": "green", "failed": "red", "skipped": "dim"}


@dataclass(frozen=True)
class Check:
    """One line of the answer."""

    check: str
    state: Literal["ok", "failed", "skipped"]
    detail: str
    fix: str | None = None
    exit_status: int = FAILED


def doctor(
    stage: Annotated[
        str | None,
        typer.Option(metavar="STAGE", help="Ask AWS about this deployment instead; in a checkout.", show_default=False),
    ] = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Check address, health, key, clock, versions and the demo; say what to do about what fails.

    With `--stage`: identity, permissions, quotas, stacks, functions, tables, queues, alarms and console on AWS.

    Example: `waygate doctor`
    """
    if stage is not None:
        raise typer.Exit(_of_deployment(stage, as_json))
    checks = []
    for check in _checks(Api(find_target(url))):
        checks.append(check)
        if not as_json:
            out.say(f"{check.state:<8} {check.check}: {check.detail}", _STYLES[check.state])
            if check.fix:
                out.say(f"{'':<8} → {check.fix}")
    failed = [check for check in checks if check.state == "failed"]
    if as_json:
        shown = [{name: value for name, value in asdict(check).items() if name != "exit_status"} for check in checks]
        out.result({"ok": not failed, "checks": shown})
    if failed:
        raise typer.Exit(failed[0].exit_status)


def _of_deployment(stage: str, as_json: bool) -> int:
    """The checkout's own doctor, which knows AWS; its exit status. Raises `Misuse` outside of a checkout."""
    here = Path.cwd()
    folder = next((each for each in (here, *here.parents) if (each / "infra" / "doctor.py").is_file()), None)
    if folder is None:
        raise Misuse("--stage asks AWS as a deployment does, in a checkout of Waygate.", fix="cd into one, and repeat.")
    own = folder / ".venv" / "bin" / "python"
    command = [str(own) if own.exists() else sys.executable, "-m", "infra.doctor", "--stage", stage]
    command += ["--json"] if as_json else []
    return subprocess.run(command, cwd=folder, check=False).returncode  # noqa: S603


def _checks(api: Api) -> Iterator[Check]:
    yield _address(api)
    yield from _key_file(api)
    try:
        health = api.send("GET", "health", needs_key=False)
        facts = health.json()
    except Failure as failure:
        yield _failed("health", failure)
        return
    yield Check("health", "ok", f"the API answers, stage {facts['stage']}")
    yield _version(facts["version"])
    yield _clock(health)
    yield _asked("ready", lambda: _ready(api))
    key = _asked("key", lambda: _who(api.get("me")))
    yield key
    yield _demo(api) if key.state == "ok" else Check("demo", "skipped", "needs a key")


def _address(api: Api) -> Check:
    target = api.target
    where = f"{target.url} (from {target.url_source})"
    if target.url.startswith("http://") and not is_loopback(target.url):
        return Check("address", "failed", f"{where}: the key would travel unencrypted", "Use https://.")
    return Check("address", "ok", where)


def _key_file(api: Api) -> Iterator[Check]:
    file = api.target.env_file
    if file is None or os.name != "posix":
        return
    mode = stat.S_IMODE(file.path.stat().st_mode)
    if mode & 0o077:
        yield Check(
            "key file", "failed", f"{file.path} can be read by others (mode {mode:o})", f"chmod 600 {file.path}"
        )
    else:
        yield Check("key file", "ok", f"{file.path} is yours alone")


def _version(server: str) -> Check:
    if server.split(".")[:2] == VERSION.split(".")[:2]:
        return Check("version", "ok", f"client {VERSION}, server {server}")
    return Check("version", "failed", f"client {VERSION}, server {server}", f"Install the client of {server}.")


def _clock(health: Answer) -> Check:
    try:
        there = parsedate_to_datetime(health.headers.get("Date", ""))
    except ValueError:
        return Check("clock", "skipped", "the answer has no date")
    skew = abs((dt.datetime.now(dt.UTC) - there).total_seconds())
    if skew > _CLOCK_S:
        return Check("clock", "failed", f"this machine and the server are {skew:.0f} s apart", "Set the clock (NTP).")
    return Check("clock", "ok", f"within {_CLOCK_S:.0f} s of the server")


def _ready(api: Api) -> str:
    api.send("GET", "health", "ready", needs_key=False)
    return "the store answers"


def _who(me: dict[str, Any]) -> str:
    limits = "" if me["integrations"] is None else f", only {', '.join(me['integrations'])}"
    expiry = f", expires {me['expires_at']}" if me["expires_at"] else ""
    return f"{me['key_id']} ({me['name']}), workspace {me['workspace']}, {', '.join(me['scopes'])}{limits}{expiry}"


def _demo(api: Api) -> Check:
    try:
        found = [one for one in api.pages("integrations") if one["name"] == _DEMO]
    except Failure as failure:
        return Check("demo", "skipped", failure.message)
    if not found:
        return Check("demo", "skipped", "this Waygate has no demo integration")
    return _asked("demo", lambda: _answered(api.send("POST", "actions", _DEMO, "get-pet", body={"pet_id": 1}).json()))


def _answered(envelope: dict[str, Any]) -> str:
    return f"demo/get-pet answered in {envelope['meta']['duration_ms']} ms"


def _asked(name: str, ask: Callable[[], str]) -> Check:
    try:
        return Check(name, "ok", ask())
    except Failure as failure:
        return _failed(name, failure)


def _failed(name: str, failure: Failure) -> Check:
    return Check(name, "failed", failure.message, failure.fix, failure.status)
