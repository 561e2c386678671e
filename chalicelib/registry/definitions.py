"""Shared definitions: the schemas that an integration's actions refer to, kept once per import.

They are immutable and named by their digest. A description's definitions compress to 77 KB at the 99th percentile of
2,627 public ones; the largest (598 KB) goes to S3, as does whatever would not fit into a DynamoDB item.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from typing import Any

from chalicelib import aws
from chalicelib.auth import connections
from chalicelib.registry.tables import ActionRow
from chalicelib.settings import Caps

Definitions = dict[str, Any]
_KEPT = 50
_loaded: OrderedDict[tuple[str, str], Definitions] = OrderedDict()
_lock = threading.Lock()


def store(workspace: str, integration: str, definitions: Definitions) -> str | None:
    """Keep `definitions`; their id, or None where there are none."""
    if not definitions:
        return None
    packed = aws.pack(definitions)
    digest = hashlib.sha256(packed).hexdigest()[:32]
    row = ActionRow(f"{connections.owner(workspace, integration)}#definitions", digest)
    if len(packed) > Caps.ITEM_BYTES:
        row.stored_at = f"definitions/{workspace}/{integration}/{digest}"
        aws.put_object(row.stored_at, packed)
    else:
        row.facts = definitions
    row.save()
    return digest


def load(workspace: str, integration: str, digest: str | None) -> Definitions:
    """The definitions of that id; read once per process."""
    if digest is None:
        return {}
    key = (connections.owner(workspace, integration), digest)
    with _lock:
        if key in _loaded:
            _loaded.move_to_end(key)
            return _loaded[key]
    row = ActionRow.find(f"{key[0]}#definitions", digest)
    if row is None:
        raise LookupError(f"definitions {digest} of {integration} are gone")
    packed = aws.get_object(row.stored_at) if row.stored_at else None
    definitions: Definitions = aws.unpack(packed) if packed else row.facts
    with _lock:
        _loaded[key] = definitions
        while len(_loaded) > _KEPT:
            _loaded.popitem(last=False)
    return definitions
