"""Secrets, from anywhere but the command line, where a shell's history and every process list would show them."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cli.failures import Misuse
from cli.inputs import parse_json
from cli.output import is_interactive

_MOST_BYTES: Final = 65_536
_SOURCES: Final = "--secret-stdin, --secret-file FILE or --secret-env VARIABLE"


@dataclass(frozen=True)
class Source:
    """Where the secret is: at most one of the three; none of them means to ask."""

    stdin: bool = False
    file: Path | None = None
    variable: str | None = None

    def read(self, question: str) -> str:
        """The secret, without a line break at its end. Raises `Misuse`; its messages never hold the secret."""
        if sum((self.stdin, self.file is not None, self.variable is not None)) > 1:
            raise Misuse(f"Give one of {_SOURCES}.")
        secret = self._text(question).removesuffix("\n").removesuffix("\r")
        if not secret:
            raise Misuse("The secret is empty.")
        return secret

    def _text(self, question: str) -> str:
        if self.variable is not None:
            if self.variable not in os.environ:
                raise Misuse(f"The environment variable {self.variable} is not set.")
            return os.environ[self.variable]
        if self.file is not None:
            return _file(self.file)
        if self.stdin and not sys.stdin.isatty():
            return _decoded(sys.stdin.buffer.read(_MOST_BYTES + 1), "Standard input")
        if not self.stdin and not is_interactive():
            raise Misuse("A secret is needed, and there is nobody to ask.", fix=f"Use {_SOURCES}.")
        from getpass import getpass

        return getpass(f"{question}: ")


def members(auth: dict[str, Any], source: Source, username: str | None) -> dict[str, Any]:
    """The credential for an integration's `auth`, in the API's shape. Raises `Misuse`."""
    match auth.get("type"):
        case "api_key":
            return {"value": source.read(f"API key ({auth.get('in')} {auth.get('name')})")}
        case "bearer":
            return {"token": source.read("Token")}
        case "basic":
            return {"username": _username(username), "password": source.read("Password")}
        case "custom_headers":
            return {"headers": _headers(auth, source)}
        case "oauth2":
            return _tokens(auth, source, username)
        case _:
            return {}


def _tokens(auth: dict[str, Any], source: Source, username: str | None) -> dict[str, Any]:
    """What a grant without consent needs; else a refresh token that there is already, or JSON of tokens."""
    if auth.get("grant") in ("client_credentials", "jwt_bearer"):
        return {}
    if auth.get("grant") == "password":
        return {"username": _username(username), "password": source.read("Password")}
    secret = source.read("Refresh token, or JSON of tokens")
    if not secret.lstrip().startswith("{"):
        return {"refresh_token": secret}
    try:
        tokens = parse_json(secret, "The secret")
    except Misuse:
        tokens = None  # its message would quote what it read
    if not isinstance(tokens, dict):
        raise Misuse('The secret must be a refresh token, or JSON: {"access_token": "…", "refresh_token": "…"}.')
    return tokens


def _username(given: str | None) -> str:
    if given is not None:
        return given
    if not is_interactive():
        raise Misuse("This integration needs a user name.", fix="Add --username NAME.")
    import typer

    return str(typer.prompt("User name", err=True))


def _headers(auth: dict[str, Any], source: Source) -> dict[str, str]:
    """A JSON object of header names and values, or the bare value of the one header that the integration names."""
    name = auth.get("name")
    secret = source.read(f"Value of {name}, or JSON of all headers" if name else 'Headers, as {"name": "value"}')
    if name and not secret.lstrip().startswith("{"):
        return {name: secret}
    try:
        headers = parse_json(secret, "The secret")
    except Misuse:
        headers = None  # its message would quote what it read
    if not isinstance(headers, dict) or not all(isinstance(value, str) for value in headers.values()):
        raise Misuse('The secret must be a JSON object of headers: {"name": "value"}.')
    return headers


def _file(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return _decoded(file.read(_MOST_BYTES + 1), str(path))
    except OSError as error:
        raise Misuse(f"{path} cannot be read ({error.strerror}).") from None


def _decoded(content: bytes, where: str) -> str:
    if len(content) > _MOST_BYTES:
        raise Misuse(f"{where} holds more than {_MOST_BYTES:,} bytes, which is no secret.")
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise Misuse(f"{where} is not text in UTF-8.") from None


def as_auth(shorthand: str | None, document: str | None) -> dict[str, Any] | None:
    """An auth scheme from `--auth` (``bearer``, ``api_key:header:X-Api-Key``) or `--auth-json`. Raises `Misuse`."""
    if shorthand is None and document is None:
        return None
    if shorthand is not None and document is not None:
        raise Misuse("Give --auth or --auth-json, not both.")
    if document is not None:
        scheme = parse_json(document, "--auth-json")
        if not isinstance(scheme, dict):
            raise Misuse(
                "--auth-json must be a JSON object.",
                fix=json.dumps({"type": "api_key", "in": "header", "name": "X-Api-Key"}),
            )
        return scheme
    kind, _, rest = str(shorthand).partition(":")
    kind = kind.replace("-", "_")
    if kind == "api_key":
        place, _, name = rest.partition(":")
        if place not in ("header", "query", "cookie") or not name:
            raise Misuse("--auth api_key needs a place and a name.", fix="For example --auth api_key:header:X-Api-Key.")
        return {"type": kind, "in": place, "name": name}
    return {"type": kind, **({"name": rest} if rest else {})}


def stdin_text() -> str:
    """All of standard input as text. Raises `Misuse`."""
    try:
        return sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Misuse("Standard input is not text in UTF-8.") from None
