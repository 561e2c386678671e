"""``/uploads``: API descriptions that are too large to send inline."""

from __future__ import annotations

from typing import Any

from chalicelib.api.routing import Context, Reply, Routes
from chalicelib.errors import InvalidInput
from chalicelib.scraper import uploads
from chalicelib.settings import Caps

routes = Routes()


@routes("POST", "/v1/uploads", scope="registry:write", max_bytes=Caps.REQUEST_BYTES, reads_raw_body=True)
def create(context: Context) -> Reply:
    """Keep a file, plain or gzipped (≤ 4 MB as sent, ≤ 64 MB unpacked), for 24 hours."""
    if not context.raw_body:
        raise InvalidInput("The body is empty; it should be the file itself.")
    kept = uploads.keep(context.workspace, context.raw_body)
    shown: dict[str, Any] = {"upload": kept.upload_id, "bytes": kept.size, "sha256": kept.sha256}
    return Reply(shown, 201)
