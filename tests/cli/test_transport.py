"""The command and the wire: who is told the key, what a broken answer becomes, and how a run ends."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import COMMAND, Waygate
from tests.cli.fake import Asked, answering, serving

KEY = "wg_live_aaaaaaaa_0123456789"
EMPTY = {"data": [], "next_cursor": None}


def known(url: str) -> dict[str, str]:
    return {"WAYGATE_URL": url, "WAYGATE_API_KEY": KEY}


def test_a_server_that_is_not_there_is_one_clear_line(alone: Waygate) -> None:
    ran = alone("list", **known("http://127.0.0.1:9"))
    assert (ran.status, ran.out) == (1, "")
    assert (
        ran.err
        == "Error: Waygate at http://127.0.0.1:9 cannot be reached.\n  Fix: Is it running? `make run` starts it.\n"
    )


def test_a_server_that_hangs_up_is_told_apart(alone: Waygate) -> None:
    with serving(lambda _: None) as fake:
        ran = alone("list", **known(fake.url))
    assert (ran.status, ran.out) == (1, "")
    assert "broke off the connection" in ran.err


@pytest.mark.parametrize(
    ("status", "headers", "body", "exit_status", "told"),
    [
        (200, {}, b"<html>", 1, "not JSON"),
        (
            502,
            {"Content-Type": "text/html"},
            b"<html>",
            1,
            "answered 502 (text/html), which is not an answer of Waygate",
        ),
        (401, {"Content-Type": "text/html"}, b"", 4, "answered 401"),
        (302, {"Location": "https://login.example/"}, b"", 1, "redirects to https://login.example/"),
        (403, {}, b'{"message": "Missing Authentication Token"}', 1, "answered 403"),
    ],
)
def test_an_answer_that_is_not_waygates(
    alone: Waygate, status: int, headers: dict[str, str], body: bytes, exit_status: int, told: str
) -> None:
    with serving(answering(status, body, **headers)) as fake:
        ran = alone("list", **known(fake.url))
    assert (ran.status, ran.out) == (exit_status, "")
    assert told in ran.err
    assert len(fake.asked) == 1


@pytest.mark.parametrize(
    ("code", "exit_status"),
    [("invalid_input", 1), ("upstream_refused", 3), ("circuit_open", 3), ("insufficient_scope", 4)],
)
def test_a_problem_sets_the_exit_status_and_goes_to_standard_error(alone: Waygate, code: str, exit_status: int) -> None:
    problem = {"title": "T", "code": code, "detail": "D", "request_id": "req_1"}
    with serving(answering(424, problem)) as fake:
        plain = alone("list", **known(fake.url))
        machine = alone("list", "--json", **known(fake.url))
    assert (plain.status, plain.out, plain.err) == (exit_status, "", "Error: T: D\n  Request: req_1\n")
    assert (machine.status, machine.out, json.loads(machine.err)) == (exit_status, "", problem)


def test_the_key_goes_in_the_header_whatever_netrc_and_proxies_say(alone: Waygate) -> None:
    (alone.folder / ".netrc").write_text("machine 127.0.0.1 login me password other\n")
    (alone.folder / ".netrc").chmod(0o600)
    with serving(answering(200, EMPTY)) as fake:
        ran = alone("list", **known(fake.url), http_proxy="http://127.0.0.1:9", HTTP_PROXY="http://127.0.0.1:9")
    assert ran.status == 0, ran.err
    assert fake.asked[0].headers["Authorization"] == f"Bearer {KEY}"


def test_no_key_is_sent_where_none_is_known(alone: Waygate) -> None:
    with serving(answering(200, EMPTY)) as fake:
        ran = alone("list", "--url", fake.url)
    assert (ran.status, fake.asked) == (4, [])
    assert "No API key" in ran.err


def test_the_file_of_make_run_is_found_by_itself(alone: Waygate) -> None:
    with serving(answering(200, EMPTY)) as fake:
        (alone.folder / ".waygate").mkdir()
        (alone.folder / ".waygate/env").write_text(f"export WAYGATE_URL={fake.url}\nexport WAYGATE_API_KEY={KEY}\n")
        assert alone("list").status == 0
    assert fake.asked[0].headers["Authorization"] == f"Bearer {KEY}"


def test_the_key_is_never_shown(alone: Waygate) -> None:
    with serving(answering(500, b"")) as fake:
        for arguments in (["list"], ["doctor"], ["list", "--json"], ["doctor", "--json"]):
            ran = alone(*arguments, **known(fake.url))
            assert KEY not in ran.out + ran.err


def test_names_cannot_leave_their_place_in_the_path(alone: Waygate) -> None:
    with serving(answering(200, {})) as fake:
        ran = alone("disconnect", "shop", "a/../../b?x#y", **known(fake.url))
        assert ran.status == 0
        assert fake.asked[0].path == "/api/v1/connections/shop/a%2F..%2F..%2Fb%3Fx%23y"
        assert alone("disconnect", "shop", "..", **known(fake.url)).status == 2
        assert alone("delete", "", "--yes", **known(fake.url)).status == 2
        assert len(fake.asked) == 1


def test_lists_follow_their_cursors(alone: Waygate) -> None:
    def page(asked: Asked) -> tuple[int, dict[str, str], bytes]:
        more = "cursor=two" not in asked.path
        return answering(200, {"data": [{"n": 1 if more else 2}], "next_cursor": "two" if more else None})(asked)

    with serving(page) as fake:
        assert alone.ok("logs", "--json", **known(fake.url)).json == {"data": [{"n": 1}, {"n": 2}]}
        assert alone.ok("logs", "-n", "1", "--json", **known(fake.url)).json == {"data": [{"n": 1}]}


@pytest.mark.parametrize(
    "arguments",
    [
        ["bogus"],
        ["call"],
        ["call", "demo"],
        ["call", "demo", "get-pet", "nonsense"],
        ["call", "demo", "get-pet", "--raw", "--json"],
        ["list", "--nope"],
        ["logs", "-n", "0"],
        ["logs", "--since", "soon"],
        ["logs", "req_1", "--status", "200"],
        ["add", "/no/such/file"],
        ["add", "x.json", "--auth", "bearer", "--auth-json", "{}"],
        ["review", "shop", "--accept", "a", "--reject", "a"],
        ["delete", "demo"],
        ["keys", "create", "--name", "x"],
        ["keys", "revoke", KEY],
        ["list", "--url", "ftp://x"],
    ],
)
def test_misuse_is_status_2_and_asks_nothing_of_the_api(alone: Waygate, arguments: list[str]) -> None:
    with serving(answering(200, EMPTY)) as fake:
        ran = alone(*arguments, **known(fake.url))
    assert (ran.status, ran.out, fake.asked) == (2, "", [])
    assert "Error: " in ran.err or "--json" in arguments


def test_misuse_is_json_too(alone: Waygate) -> None:
    ran = alone("list", "--nope", "--json")
    assert (ran.status, ran.out, json.loads(ran.err)["code"]) == (2, "", "usage")


def test_the_version(alone: Waygate) -> None:
    from cli import VERSION

    assert alone.ok("--version").out == f"waygate {VERSION}\n"


def test_a_reader_that_leaves_early_ends_it_quietly(alone: Waygate) -> None:
    many = {"data": [{"n": n, "text": "x" * 1000} for n in range(2000)], "next_cursor": None}
    with serving(answering(200, many)) as fake:
        environment = {**alone.environment, **known(fake.url)}
        process = subprocess.Popen(
            [*COMMAND, "logs", "--json"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(10)
        process.stdout.close()
        said = process.stderr.read()
        process.stderr.close()
        assert (process.wait(20), said) == (1, b"")


RUNNING: dict[str, Any] = {
    "id": "job_1",
    "integration": "shop",
    "status": "running",
    "step": "generate",
    "progress": {},
}


def test_a_job_that_takes_too_long_goes_on_without_us(alone: Waygate) -> None:
    with serving(answering(200, RUNNING)) as fake:
        ran = alone("add", "https://x.example/openapi.json", "--timeout", "0.3", **known(fake.url))
    assert (ran.status, ran.out) == (1, "")
    assert "job_1 is still running" in ran.err
    assert "waygate review job_1" in ran.err


def on_a_terminal(waygate: Waygate, *arguments: str, typed: bytes, when: bytes, **variables: str) -> tuple[int, str]:
    """A run on a pseudo-terminal, where `typed` is typed once `when` is shown."""
    process_id, terminal = pty.fork()
    if process_id == 0:
        os.chdir(waygate.folder)
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # a background job's is ignored, and that is inherited
        os.execve(COMMAND[0], [*COMMAND, *arguments], {**waygate.environment, **variables, "TERM": "xterm"})
    shown = b""
    deadline = time.monotonic() + 30
    is_typed = False
    while time.monotonic() < deadline:
        if select.select([terminal], [], [], 0.1)[0]:
            try:
                shown += os.read(terminal, 65_536)
            except OSError:  # the other end is closed: the run is over
                break
        if when in shown and not is_typed:
            time.sleep(0.2)  # getpass drops what was typed before it listened
            os.write(terminal, typed)
            is_typed = True
    else:
        os.kill(process_id, signal.SIGKILL)
    _, state = os.waitpid(process_id, 0)
    os.close(terminal)
    return os.waitstatus_to_exitcode(state), shown.decode(errors="replace")


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_ctrl_c_leaves_the_job_to_itself(alone: Waygate) -> None:
    with serving(answering(200, RUNNING)) as fake:
        status, shown = on_a_terminal(
            alone, "add", "https://x.example/openapi.json", typed=b"\x03", when=b"Drafting", **known(fake.url)
        )
    assert status == 130
    assert "job_1 goes on" in shown
    assert "Traceback" not in shown


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_secret_that_is_asked_for_is_not_shown(alone: Waygate, tmp_path: Path) -> None:
    def api(asked: Asked) -> tuple[int, dict[str, str], bytes]:
        if asked.path.endswith("/integrations/shop"):
            facts = {"auth": {"type": "bearer"}, "verification": None, "profile": {"config": {}}}
            return answering(200, facts)(asked)
        if asked.method == "GET":
            return answering(404, {"code": "connection_not_found", "title": "T"})(asked)
        return answering(201, {})(asked)

    with serving(api) as fake:
        status, shown = on_a_terminal(
            alone, "connect", "shop", typed=b"s3cret-typed\n", when=b"Token: ", **known(fake.url)
        )
    assert status == 0, shown
    assert "s3cret-typed" not in shown
    assert json.loads(fake.asked[-1].body)["token"] == "s3cret-typed"
