"""Orphaned tokens: a provider gave them, and they could not be saved in their connection.

They wait, sealed as they would have been in the item, in a queue; they replace exactly the tokens that were exchanged
for them. A worker adopts them within seconds; a refresh that is in doubt, or about to give a connection up,
looks first.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
from typing import Any, Final

from botocore.exceptions import ClientError

from chalicelib import aws, rows
from chalicelib.auth import audit, connections
from chalicelib.auth.audit import Actor
from chalicelib.auth.tables import ConnectionRow
from chalicelib.aws import is_condition_failure

QUEUE: Final = "orphaned-tokens"
_AT_ONCE: Final = 10  # messages of one ReceiveMessage (AWS limit)
_ROUNDS: Final = 5
_MOMENTS: Final = ("expires_at", "last_refreshed_at")


def send(row: ConnectionRow, *, replaces: str | None) -> None:
    """Keep the tokens in `row`, in place of those with the fingerprint `replaces`, until they are adopted."""
    message = {
        "owner": row.owner,
        "name": row.name,
        "created_at": _shown(row.created_at),
        "replaces": replaces,
        "fingerprint": row.fingerprint,
        "last4": row.last4,
        "sealed": base64.b64encode(bytes(row.sealed or b"")).decode(),
        "refresh_at": None if row.refresh_at is None else float(row.refresh_at),
        **{name: _shown(getattr(row, name)) for name in _MOMENTS},
    }
    aws.client("sqs").send_message(QueueUrl=aws.queue_url(QUEUE), MessageBody=json.dumps(message))


def adopt_waiting(actor: Actor, *, now: dt.datetime) -> int:
    """Adopt what lies in the queue now; how many messages there were."""
    sqs, url, seen = aws.client("sqs"), aws.queue_url(QUEUE), 0
    for _ in range(_ROUNDS):
        messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=_AT_ONCE).get("Messages", [])
        for message in messages:
            adopt(json.loads(message["Body"]), actor, now=now)
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        seen += len(messages)
        if not messages:
            break
    return seen


def adopt(message: dict[str, Any], actor: Actor, *, now: dt.datetime) -> bool:
    """Put orphaned tokens where they belong: in the item that still holds those which they replace.

    False where that is no longer so, and they are of no use any more.
    """
    row = ConnectionRow.find(message["owner"], message["name"])
    if row is None or row.fingerprint != message["replaces"] or _shown(row.created_at) != message["created_at"]:
        return False
    row.sealed = base64.b64decode(message["sealed"])
    row.fingerprint, row.last4, row.refresh_at = message["fingerprint"], message["last4"], message["refresh_at"]
    for name in _MOMENTS:
        setattr(row, name, dt.datetime.fromisoformat(message[name]) if message[name] else None)
    entry = audit.entry(connections.place_of(row), "adopted", actor, now=now, details={"fingerprint": row.fingerprint})
    row.lease_owner = row.lease_until = row.intent = row.intent_at = row.trouble = None
    names: tuple[str, ...] = connections.TOKENS
    if row.status in ("error", "needs_reauth"):
        row.status, row.reason, names = "active", None, (*names, "status", "reason")
    condition, values = "fingerprint = :replaced", {":replaced": {"S": message["replaces"]}}
    try:
        aws.transact([row.change(names, condition=condition, values=values, counts=("fence", "version"))], [entry])
    except ClientError as error:
        if is_condition_failure(error):
            return False
        raise
    rows.forget((ConnectionRow, row.owner, row.name))
    return True


def work(event: dict[str, Any], *, now: dt.datetime) -> None:
    """The queue's worker: an SQS event of Lambda."""
    for record in event["Records"]:
        adopt(json.loads(record["body"]), audit.SWEEP, now=now)


def _shown(moment: dt.datetime | None) -> str | None:
    return moment.astimezone(dt.UTC).isoformat(timespec="milliseconds") if moment else None
