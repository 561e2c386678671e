"""The header fields of a request, as cheroot reads them."""

from __future__ import annotations

import re
from typing import Any, Final

from cheroot.server import HeaderReader

from chalicelib.http1.grammar import TOKEN

_HEAD_END: Final = b"\r\n\r\n"
_FIELD: Final = b"(%b):([^\r\n]*)\r\n" % TOKEN.encode()  # RFC 9112, section 5
_FIELDS: Final = re.compile(_FIELD)
_HEAD: Final = re.compile(rb"(?:" + _FIELD + rb")+\r\n")


class Fields(dict[bytes, bytes]):
    """Header fields, one value each, that also remember every value of a repeated field."""

    def __init__(self) -> None:
        super().__init__()
        self.values_of: dict[str, list[str]] = {}

    def __setitem__(self, name: bytes, value: bytes) -> None:
        super().__setitem__(name, value)
        text = value.decode("latin-1")
        known = self.values_of.setdefault(name.decode("latin-1"), [])
        if known and text.startswith(known[-1] + ", "):
            known[-1] = text  # cheroot has joined a list field itself (RFC 9110, section 5.3)
        else:
            known.append(text)


class FieldReader(HeaderReader):  # type: ignore[misc]
    """Reads a head at once that is here already, well-formed and without repetitions; others are cheroot's to read,
    line by line."""

    def __call__(self, rfile: Any, hdict: Any = None) -> Any:
        """Puts the fields of `rfile` into `hdict`, and returns it. Raises `ValueError` if they are malformed."""
        head = rfile.rfile.peek_through(_HEAD_END)
        found = {name.title(): value.strip() for name, value in _FIELDS.findall(head)} if _HEAD.fullmatch(head) else {}
        if not found or head.count(b"\n") != len(found) + 1:
            try:
                return super().__call__(rfile, hdict)
            except UnboundLocalError:  # cheroot's slip, which would be answered with 500
                raise ValueError("The first header line continues none.") from None
        rfile.read(len(head))
        for name, value in found.items():
            hdict[name] = value
        return hdict
