"""``/openapi.json``: the API describes itself."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence

from chalicelib.api.application import dump
from chalicelib.api.routing import Context, Endpoint, Reply, Routes

routes = Routes()
_served: list[Callable[[], Sequence[Endpoint]]] = []


def describe(endpoints: Callable[[], Sequence[Endpoint]]) -> None:
    """`endpoints` tells what the application serves: app.py says so, since imports never go up."""
    _served[:] = [endpoints]


@routes("GET", "/v1/openapi.json", is_public=True)
def get(_: Context) -> Reply:
    """This API, as OpenAPI 3.1."""
    return Reply(_document())


@functools.cache
def _document() -> bytes:
    from chalicelib.api.description import document

    return dump(document.describe(_served[0]()))
