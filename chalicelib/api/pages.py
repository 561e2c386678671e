"""The few pages that we show to people: strict headers, nothing from elsewhere, one script that tells the opener.

They work without JavaScript, in light and dark, and from 320 px on. Whatever is shown is escaped here.
"""

from __future__ import annotations

import base64
import hashlib
from html import escape
from typing import Final

from chalicelib.api.routing import Reply

_STYLE: Final = """
:root { color-scheme: light dark; --ink: #1c1f24; --muted: #5a6270; --line: #d5d9e0; --paper: #fff; --ground: #f4f5f7;
  --accent: #2450c8; --on-accent: #fff; --good: #1a7f4b; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --ink: #e9ebef; --muted: #a2aab8; --line: #3a404b; --paper: #1d2026;
  --ground: #131519; --accent: #8eadff; --on-accent: #0d1220; --good: #6fd39f; --bad: #ff9a90; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 16px; background: var(--ground);
  color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { width: 100%; max-width: 440px; padding: 28px; background: var(--paper); border: 1px solid var(--line);
  border-radius: 10px; overflow-wrap: anywhere; }
h1 { margin: 0 0 8px; font-size: 21px; line-height: 1.3; }
p { margin: 0 0 14px; } .muted { color: var(--muted); font-size: 14px; }
.state { font-weight: 600; } .state::before { content: "●"; margin-right: 8px; }
.good { color: var(--good); } .bad { color: var(--bad); }
label { display: block; margin: 0 0 14px; font-weight: 600; font-size: 14px; }
label small { display: block; font-weight: 400; color: var(--muted); }
input, select { width: 100%; margin-top: 5px; padding: 9px 11px; font: inherit; color: inherit;
  background: var(--ground); border: 1px solid var(--line); border-radius: 7px; }
button, .button { display: block; width: 100%; padding: 11px; font: inherit; font-weight: 600; text-align: center;
  text-decoration: none; cursor: pointer; color: var(--on-accent); background: var(--accent);
  border: 1px solid transparent; border-radius: 7px; }
ul { list-style: none; margin: 0 0 14px; padding: 0; } li + li { margin-top: 8px; }
.choice { color: var(--ink); background: none; border-color: var(--line); text-align: left; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
"""
# Told to the window that opened us, and only where that is of our own origin: whether it worked, for which connection.
_SCRIPT: Final = (
    'if(window.opener){const d=document.querySelector("main").dataset;window.opener.postMessage('
    '{type:"waygate:connect",ok:d.ok==="true",integration:d.integration,connection:d.connection},d.origin)}'
)


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        f"style-src {_hash(_STYLE)}",
        f"script-src {_hash(_SCRIPT)}",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS: Final = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": _POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def page(
    title: str,
    content: str,
    *,
    status: int = 200,
    facts: dict[str, str] | None = None,
    refresh: str | None = None,
    headers: dict[str, str] | None = None,
) -> Reply:
    """A page. `content` is HTML, escaped by its maker; `facts` are told to the opener; `refresh` is where it goes on.

    `refresh` is a path of our own: CSP's form-action would stop a form's redirect to a provider, and this is none.
    """
    data = "".join(f' data-{escape(name)}="{escape(value)}"' for name, value in (facts or {}).items())
    onward = f'<meta http-equiv="refresh" content="0; url={escape(refresh)}">' if refresh else ""
    script = f"<script>{_SCRIPT}</script>" if facts else ""
    html = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f"<title>{escape(title)}</title>{onward}<style>{_STYLE}</style></head>"
        f"<body><main{data}><h1>{escape(title)}</h1>{content}</main>{script}</body></html>"
    )
    return Reply(html.encode(), status, {**_HEADERS, **(headers or {})})


def paragraph(text: str, kind: str = "") -> str:
    """A paragraph of plain text."""
    return f'<p class="{escape(kind)}">{escape(text)}</p>' if kind else f"<p>{escape(text)}</p>"


def state(text: str, *, is_good: bool) -> str:
    """One line that says how it went, by words and colour."""
    return f'<p class="state {"good" if is_good else "bad"}" role="status">{escape(text)}</p>'


def link(path: str, text: str, kind: str = "button") -> str:
    """A link to a path of our own."""
    return f'<a class="{escape(kind)}" href="{escape(path)}">{escape(text)}</a>'


def redirect(location: str, headers: dict[str, str] | None = None) -> Reply:
    """On to another address, telling it nothing of this one."""
    return Reply(None, 303, {"Location": location, "Referrer-Policy": "no-referrer", **(headers or {})})


def cookie(name: str, value: str, *, origin: str, max_age_s: int) -> str:
    """A `Set-Cookie` value for this origin alone: HttpOnly, SameSite=Lax; with `__Host-` and Secure under https."""
    is_secure = origin.startswith("https://")
    return f"{cookie_name(name, origin=origin)}={value}; Path=/; Max-Age={max_age_s}; HttpOnly; SameSite=Lax" + (
        "; Secure" if is_secure else ""
    )


def cookie_name(name: str, *, origin: str) -> str:
    """A cookie's full name: under plain http, on a laptop, browsers refuse the prefix."""
    return f"__Host-{name}" if origin.startswith("https://") else name


def read_cookie(header: str | None, name: str, *, origin: str) -> str | None:
    """The value of the cookie `name` in a `Cookie` header (RFC 6265, section 4.2.1)."""
    wanted = cookie_name(name, origin=origin)
    for part in (header or "").split(";"):
        key, _, value = part.strip().partition("=")
        if key == wanted:
            return value
    return None
