"""The unit of the table: `requests.Session.get` of the upstream, one session per caller. Argument: the URL."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Any

import requests

from bench import meter


def main(url: str) -> None:
    """Serve the meter."""

    def new_caller() -> Callable[[], Any]:
        session = requests.Session()
        return lambda: session.get(url).json()

    meter.serve(functools.partial(meter.measure, new_caller))


if __name__ == "__main__":
    main(*sys.argv[1:])
