"""urllib3 alone, one pool per caller. Argument: the URL."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Any

import urllib3

from bench import meter


def main(url: str) -> None:
    """Serve the meter."""

    def new_caller() -> Callable[[], Any]:
        pool = urllib3.PoolManager()
        return lambda: pool.request("GET", url).json()

    meter.serve(functools.partial(meter.measure, new_caller))


if __name__ == "__main__":
    main(*sys.argv[1:])
