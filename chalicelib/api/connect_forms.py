"""The form of a connect link: its fields, by the integration's auth scheme, and the credential that comes of them."""

from __future__ import annotations

from html import escape
from typing import Any

from chalicelib.api import pages
from chalicelib.auth.oauth import templates
from chalicelib.gateway import connecting
from chalicelib.registry.models import IntegrationFacts
from chalicelib.registry.profile import ConfigField

_PAIRS = 3  # of secret headers, where the integration does not name the one there is


def form(facts: IntegrationFacts, *, token: str, fault: str | None) -> str:
    """The form as HTML. `fault` says what was wrong with what was sent before."""
    title = facts.title or facts.name
    said = pages.state(fault, is_good=False) if fault else ""
    if connecting.needs_consent(facts):
        button = f"Continue to {title}"
        note = f"You will be asked to sign in at {title} and to agree. Your password stays there."
    else:
        button = "Connect"
        note = "What you enter is encrypted at once, and is never shown again."
    fields = "".join(_config(name, facts) for name in _asked(facts)) + _credential(facts)
    return (
        f'{said}<form method="post" autocomplete="off"><input type="hidden" name="token" value="{escape(token)}">'
        f'<input type="hidden" name="integration" value="{escape(facts.name)}">{fields}'
        f"{pages.paragraph(note, 'muted')}<button>{escape(button)}</button></form>"
    )


def members(facts: IntegrationFacts, given: dict[str, str]) -> dict[str, Any]:
    """The credential in a form that was sent, in the API's shape; its values are checked where they are sealed."""
    text = {name: value.strip() for name, value in given.items()}
    match facts.auth.type:
        case "api_key":
            return {"value": text.get("value", "")}
        case "bearer":
            return {"token": text.get("value", "")}
        case "basic":
            return {"username": text.get("username", ""), "password": given.get("password", "")}
        case "custom_headers":
            if facts.auth.name:
                return {"headers": {facts.auth.name: text.get("value", "")}}
            pairs = ((text.get(f"header.{n}"), text.get(f"value.{n}", "")) for n in range(_PAIRS))
            return {"headers": {name: value for name, value in pairs if name}}
        case "oauth2" if facts.auth.grant == "password":
            return {"username": text.get("username", ""), "password": given.get("password", "")}
        case _:
            return {}


def _asked(facts: IntegrationFacts) -> list[str]:
    """What must be known of the account, and is not kept from the provider's own answers."""
    scheme = facts.auth
    kept = {rule.name for rule in (*scheme.departures.answer.keep, *scheme.departures.callback.keep)}
    urls = (facts.base_url, scheme.authorize_url, scheme.token_url)
    used = set().union(*(templates.variables(url) for url in urls if url))
    return [name for name in facts.profile.config if name in used and name not in kept]


def _config(name: str, facts: IntegrationFacts) -> str:
    field: ConfigField = facts.profile.config[name]
    label = name.replace("_", " ").capitalize()
    hint = f"<small>{escape(field.description)}</small>" if field.description else ""
    if field.enum:
        options = "".join(
            f"<option{' selected' if value == field.default else ''}>{escape(value)}</option>" for value in field.enum
        )
        return f'<label>{escape(label)}{hint}<select name="config.{escape(name)}">{options}</select></label>'
    default = f' value="{escape(field.default)}"' if field.default else " required"
    return f'<label>{escape(label)}{hint}<input name="config.{escape(name)}"{default}></label>'


def _credential(facts: IntegrationFacts) -> str:
    match facts.auth.type:
        case "api_key":
            return _input("value", f"API key ({facts.auth.name})", is_secret=True)
        case "bearer":
            return _input("value", "Token", is_secret=True)
        case "basic":
            return _input("username", "User name") + _input("password", "Password", is_secret=True, is_required=False)
        case "custom_headers" if facts.auth.name:
            return _input("value", facts.auth.name, is_secret=True)
        case "custom_headers":
            return "".join(
                _input(f"header.{n}", f"Header {n + 1}", is_required=not n)
                + _input(f"value.{n}", f"Its value ({n + 1})", is_secret=True, is_required=not n)
                for n in range(_PAIRS)
            )
        case "oauth2" if facts.auth.grant == "password":
            return _input("username", "User name") + _input("password", "Password", is_secret=True)
        case _:
            return ""


def _input(name: str, label: str, *, is_secret: bool = False, is_required: bool = True) -> str:
    kind = "password" if is_secret else "text"
    required = " required" if is_required else ""
    return (
        f'<label>{escape(label)}<input type="{kind}" name="{escape(name)}" autocomplete="off" spellcheck="false"'
        f"{required}></label>"
    )
