"""Where the API is: Server Objects → one base URL and the variables it needs (OpenAPI 3.1, sections 4.8.5 and 4.8.6).

The path of an operation is appended to the base URL, so the base URL ends without a slash.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from chalicelib.errors import BaseUrlMissing
from chalicelib.observability import is_secret_name
from chalicelib.registry.models import check_base_url
from chalicelib.registry.profile import ConfigField
from chalicelib.scraper.findings import Findings

_VARIABLE: Final = re.compile(r"\{([^{}]*)\}")
_CONFIG_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}\Z")
_BARE_HOST: Final = re.compile(r"[A-Za-z0-9{}_-]+(?:\.[A-Za-z0-9{}_-]+)+(?::\d+)?(?:/|\Z)")


@dataclass(frozen=True, slots=True)
class Address:
    """A base URL, and its variables."""

    base_url: str
    config: dict[str, ConfigField] = field(default_factory=dict)


def read(servers: Any, findings: Findings, *, base_url: str | None, source_url: str) -> Address:
    """The address that `servers` name, or that the owner gave as `base_url`.

    A relative server is joined to `base_url`, or to the http(s) address of the description. One that is only ``/`` says
    nothing: many descriptions are served from elsewhere, and credentials go where this says. Raises `BaseUrlMissing`.
    """
    found = [_address(server, f"/servers/{n}", findings) for n, server in enumerate(_objects(servers))]
    usable = [address for address in found if address is not None]
    if base_url:
        return _joined_to_owners(base_url, usable)
    absolute = [address for address in usable if "://" in address.base_url]
    if absolute:
        chosen = next((each for each in absolute if each.base_url.startswith("https://")), absolute[0])
        others = [each.base_url for each in absolute if each.base_url != chosen.base_url]
        if others:
            findings.add("servers_several", "/servers", f"{chosen.base_url} was chosen over {', '.join(others[:20])}.")
        return chosen
    named = [address.base_url for address in usable if address.base_url != "/"]
    if named and source_url.startswith(("http://", "https://")):
        joined = urljoin(source_url, named[0])
        findings.add("base_url_from_document", "/servers/0", f"{named[0]} at {source_url} gives {joined}.")
        config = next(address.config for address in usable if address.base_url == named[0])
        return Address(check_base_url(joined), config=config)
    what = f"only the relative {', '.join(named[:5])}" if named else "no server"
    raise BaseUrlMissing(f"The description names {what}, so it does not say where the API is.")


def names_another(servers: Any, shared: Any) -> bool:
    """Whether an operation's or path's own `servers` differ from the document's."""
    urls = {str(server.get("url")) for server in _objects(servers)}
    return bool(urls) and not urls <= {str(server.get("url")) for server in _objects(shared)}


def _objects(servers: Any) -> list[dict[str, Any]]:
    return [server for server in servers if isinstance(server, dict)] if isinstance(servers, list) else []


def _joined_to_owners(base_url: str, usable: list[Address]) -> Address:
    """The owner's word holds; only where it is a bare origin does a relative server add its path to it."""
    relative = [address for address in usable if "://" not in address.base_url]
    if urlsplit(base_url).path in ("", "/") and relative and len(relative) == len(usable):
        return Address(check_base_url(urljoin(base_url, relative[0].base_url)), config=relative[0].config)
    wanted = set(_VARIABLE.findall(base_url))
    known = {name: each for address in usable for name, each in address.config.items() if name in wanted}
    return Address(check_base_url(base_url), config={name: known.get(name, ConfigField()) for name in sorted(wanted)})


def _address(server: dict[str, Any], pointer: str, findings: Findings) -> Address | None:
    """One server with its variables; relative ones keep their leading slash. None if it is of no use."""
    url = server.get("url")
    if not isinstance(url, str) or not url.strip() or len(url) > 2000:
        return None
    variables = server.get("variables")
    variables = variables if isinstance(variables, dict) else {}
    safe_url, safe_variables = url.strip(), dict(variables)
    for name in dict.fromkeys(_VARIABLE.findall(url)):
        if not _CONFIG_NAME.match(name):
            safe = "v_" + re.sub(r"[^A-Za-z0-9_.-]", "_", name)[:60]
            safe_url = safe_url.replace("{" + name + "}", "{" + safe + "}")
            safe_variables[safe] = variables.get(name)
    repaired = _cleaned(safe_url, safe_variables)
    if repaired is None:
        return None
    if repaired != (url.rstrip("/") or "/"):
        findings.add("server_repaired", pointer, f"{url} is read as {repaired}.")
    names = dict.fromkeys(_VARIABLE.findall(repaired))
    for name in names:
        if is_secret_name(name):
            findings.add("server_variable_secret", pointer, f"{{{name}}} in {url}.")
        if safe_variables.get(name) is None:
            findings.add("server_variable_added", pointer, f"{{{name}}} in {url}.")
    return Address(repaired, config={name: _field(safe_variables.get(name)) for name in names})


def _cleaned(url: str, variables: dict[str, Any]) -> str | None:
    """`url` as something that `check_base_url` accepts, or relative to it; None where that cannot be."""
    if url.startswith("{"):  # a variable for the scheme, or for all of it
        name = url[1:].split("}")[0]
        values = [variables[name].get("default")] if isinstance(variables.get(name), dict) else []
        values += variables[name].get("enum", ()) if values and isinstance(variables[name].get("enum"), list) else []
        texts = [value for value in values if isinstance(value, str)]
        is_scheme = url[len(name) + 2 :].startswith("://")
        chosen = ("https" if "https" in texts or not texts else texts[0]) if is_scheme else next(iter(texts), "")
        url = chosen + url[len(name) + 2 :]
    if url.startswith("//"):
        url = f"https:{url}"
    elif "://" not in url and _BARE_HOST.match(url):
        url = f"https://{url}"
    elif "://" not in url and not url.startswith("/"):
        url = "/" + url.removeprefix("./")
    url = re.sub(r"(?<!:)//+", "/", url.split("?")[0].split("#")[0]).rstrip("/")
    try:
        check_base_url(url if "://" in url else f"https://host{url}")
    except ValueError:
        return None
    return url or "/"


def _field(variable: Any) -> ConfigField:
    node = variable if isinstance(variable, dict) else {}
    description, default, enum = node.get("description"), node.get("default"), node.get("enum")
    return ConfigField(
        description=description[:2000] if isinstance(description, str) else "",
        enum=tuple(str(value) for value in enum) if isinstance(enum, list) else (),
        default=str(default)[:500] if isinstance(default, str | int | float) and default != "" else None,
    )
