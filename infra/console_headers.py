"""The headers that the console's files are served with: one file for this machine and for CloudFront (security F8).

Scripts are strict: of this origin alone, and no page makes one of text (Trusted Types). Styles may be inline, since
the console's parts insert style elements. HSTS is for https: over http it must not be sent (RFC 6797, 7.2).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

FILE: Final = Path(__file__).parent / "console_headers.json"
_SEPARATORS: Final = {"Content-Security-Policy": "; ", "Permissions-Policy": ", "}


def console_headers(*, is_https: bool) -> dict[str, str]:
    """Every header's value by its name."""
    told = json.loads(FILE.read_text(encoding="utf-8"))
    chosen = told["everywhere"] | (told["over_https"] if is_https else {})
    return {name: value if isinstance(value, str) else _SEPARATORS[name].join(value) for name, value in chosen.items()}
