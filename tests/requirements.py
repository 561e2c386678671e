"""What Waygate must withstand, by number, and which tests name it: `docs/security.md` is made from this.

A test names a requirement in a comment on its signature: ``# A5``. The sentence that a number stands for is in the
table; who owns it, and whether that owner is done, decides if it must have a test.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

FINISHED: Final = frozenset({"egress", "gateway", "auth", "deploy", "scraper", "console"})
REQUIREMENTS: Final[dict[str, tuple[str, str]]] = {
    "A1": ("egress", "private, loopback, link-local and other special addresses are never called"),
    "A2": ("egress", "control ports (Lambda's runtime API, our own) are refused even where private addresses are not"),
    "A3": ("egress", "however an address is written, what it resolves to is judged"),
    "A4": ("egress", "a URL that two parsers could read differently is refused before any look-up"),
    "A5": ("egress", "the address that was judged is the one connected to; one bad answer refuses the name"),
    "A6": ("egress", "redirects: own loop, bounded, each hop judged, no credential to another origin"),
    "A7": ("egress", "ports of other protocols are never reached"),
    "A8": ("egress", "a call reaches the integration's approved origins only; moving them asks for a new credential"),
    "A9": ("egress", "international hosts are stored as A-labels, and mixed scripts are pointed out"),
    "A10": ("egress", "no proxy, netrc or other word of the environment changes a call"),
    "A11": ("egress", "a refusal tells nothing about what listens at an address"),
    "A12": ("egress", "TLS is verified, 1.2 at least; a failed handshake gets not one byte of a credential"),
    "A13": ("egress", "references in a description open neither a file nor an unguarded socket"),
    "A14": ("scraper", "a crawl stays in its site and within its budgets, and heeds robots.txt"),
    "B1": ("egress", "credentials are stored sealed, and open in their own context alone"),
    "B2": ("egress", "no route gives a credential back in clear; sealed, for a backup, where the owner allows it"),
    "B3": ("egress", "no credential in a log line, whatever fails and however verbose"),
    "B4": ("gateway", "a credential that an upstream echoes is taken out"),
    "B5": ("gateway", "records hold facts; bodies only where wanted, bounded, masked, for 7 days"),
    "B6": ("egress", "a redirect takes no credential along, of no auth type"),
    "B7": ("gateway", "input cannot set what belongs to authentication or to HTTP"),
    "B8": ("egress", "an unexpected exception tells the caller its request id and nothing else"),
    "B9": ("egress", "opened credentials and keyrings are kept 300 s at most; a change counts within 60 s"),
    "B10": ("egress", "refreshing writes no secret; a keyring's rotation seals everything anew, whatever interrupts"),
    "C1": ("gateway", "a path value stays one segment"),
    "C2": ("gateway", "a query value arrives byte for byte"),
    "C3": ("gateway", "a header value cannot end its line"),
    "C4": ("gateway", "a body's length is exact, its parts are bounded, its file names quoted"),
    "C5": ("gateway", "input cannot change the method"),
    "C6": ("gateway", "a template in a value is text"),
    "D1": ("egress", "JSON is bounded in size, depth, nodes and digits; duplicates and NaN are refused"),
    "D2": ("egress", "no pattern of a user's runs in a backtracking engine"),
    "D3": ("egress", "schemas are bounded in size, depth and branching"),
    "D4": ("egress", "YAML is bounded, and its scalars stay what JSON would make of them"),
    "D5": ("scraper", "HTML and XML are bounded, entities are not expanded"),
    "D6": ("gateway", "an answer is bounded as it is unpacked"),
    "D7": ("gateway", "a slow upstream ends in time, with an answer of ours"),
    "D8": ("gateway", "an answer of any content type is passed on, or refused with its reason"),
    "D9": ("egress", "what is too large for an item goes elsewhere, or is refused"),
    "D10": ("egress", "a workflow's state passes ids only"),
    "E1": ("auth", "a flow's state is random, single-use, short, and bound to its browser"),
    "E2": ("auth", "PKCE on every code flow"),
    "E3": ("auth", "issuer, redirect and token address are checked, not believed"),
    "E4": ("auth", "a return address stays on our origin"),
    "E5": ("auth", "whoever asks, and however many, one expired token is exchanged once"),
    "E6": ("auth", "a rotated token is saved before it is used, or reported"),
    "E7": ("auth", "a token answer is bounded, and its lifetime believed within reason"),
    "E8": ("auth", "codes, states and connections of one workspace are nothing in another"),
    "E9": ("auth", "the callback page leaks nothing"),
    "E10": ("auth", "clocks may differ; a refused token is renewed once"),
    "F1": ("egress", "API keys: 256 random bits, hashed, compared in constant time, shown once"),
    "F2": ("egress", "every route with every scope, limit and expiry, both ways"),
    "F3": ("egress", "what is revoked is refused everywhere within 60 s"),
    "F4": ("egress", "an id of another workspace is as unknown as a random one, on every route"),
    "F5": ("egress", "a source of many bad keys waits"),
    "F6": ("egress", "fields that nobody declared, or that the server keeps, are refused"),
    "F7": ("console", "text of documents shows as text"),
    "F8": ("console", "a strict content security policy"),
    "F9": ("console", "no cookie opens the API"),
    "F10": ("console", "a key in a browser is neither stored for long nor shown"),
    "F11": ("console", "no page of ours in a frame"),
    "F12": ("egress", "cursors are signed for their list and workspace"),
    "F13": ("egress", "text cannot forge a log line"),
    "G1": ("gateway", "failures of one workspace do not open another's breaker; the caller's faults open none"),
    "G2": ("gateway", "a breaker is shared, probes once, and fails open"),
    "G3": ("gateway", "a write that may have happened is not sent again"),
    "G4": ("gateway", "retries are few, jittered and budgeted"),
    "G5": ("gateway", "no Retry-After makes a call wait long"),
    "G6": ("gateway", "the same request under the same key runs once"),
    "G7": ("auth", "an event that comes twice changes nothing more"),
    "G8": ("gateway", "counters spread"),
    "G9": ("gateway", "one workspace's load is not another's"),
    "G10": ("scraper", "text of pages gives no orders, to rules or to a model"),
    "G11": ("scraper", "jobs are limited, running and by day"),
    "G12": ("deploy", "pinned packages, least privilege"),
}
_TEST: Final = re.compile(r"^def (test_\w+)\((?P<rest>.*?\)[^\n]*:[ \t]*(?:#[^\n]*)?)\n", re.MULTILINE | re.DOTALL)
_ID: Final = re.compile(r"\b([A-G]\d{1,2})\b")


def tests_by_requirement(folder: Path) -> dict[str, list[str]]:
    """The tests that name each requirement, as ``path::name``, in order."""
    found: dict[str, list[str]] = {number: [] for number in REQUIREMENTS}
    for path in sorted(folder.rglob("test_*.py")):
        for test in _TEST.finditer(path.read_text()):
            comments = " ".join(line.partition("#")[2] for line in test["rest"].splitlines())
            for number in dict.fromkeys(_ID.findall(comments)):
                if number in found:
                    found[number].append(f"{path.relative_to(folder.parent)}::{test[1]}")
    return found
