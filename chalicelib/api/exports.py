"""``/integrations/{i}/openapi.json`` and ``/pack``: an integration as a document that goes elsewhere."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from chalicelib.api.routing import Context, Query, Reply, Routes
from chalicelib.registry import exported, packs
from chalicelib.registry.gateway_document import gateway_document
from chalicelib.registry.upstream_document import upstream_document

routes = Routes()


class Export(Query):
    """Whose API is described: ours, or the upstream's own."""

    of: Literal["gateway", "upstream"] = Field(default="gateway")


@routes("GET", "/v1/integrations/{integration}/openapi.json", scope="registry:read", query=Export)
def openapi(context: Context, query: Export) -> dict[str, Any]:
    """The integration's actions as OpenAPI 3.1: called through Waygate, or `of=upstream`."""
    found = exported.load(context.workspace, context.parameters["integration"])
    return gateway_document(found) if query.of == "gateway" else upstream_document(found)


@routes("GET", "/v1/integrations/{integration}/pack", scope="registry:read")
def pack(context: Context) -> Reply:
    """The integration with actions, profile and evidence, without secrets, to be imported elsewhere."""
    return Reply(packs.write(exported.load(context.workspace, context.parameters["integration"])))
