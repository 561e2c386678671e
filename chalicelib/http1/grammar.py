"""What HTTP allows in a text, as regular expressions (RFC 9110)."""

from typing import Final

# A method, or the name of a field (section 5.6.2).
TOKEN: Final = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # noqa: S105
