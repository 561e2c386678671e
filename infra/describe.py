"""Prints the API's own description (OpenAPI 3.1), without a server: `python -m infra.describe`."""

from __future__ import annotations

import json
import sys

from app import app
from chalicelib.api.description import document


def main() -> None:
    """To standard output."""
    json.dump(document.describe(app.endpoints), sys.stdout)


if __name__ == "__main__":
    main()
