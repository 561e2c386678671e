"""Idempotency of our own API (G6): the same request under the same `Idempotency-Key` is run once, and answered again.

Powertools' persistence layer makes the records: its key hash (workspace, holder of the key, action and key, SHA-256)
and its payload hash (input and connection). What it would do about a run that was interrupted is replaced: its
in-progress record lapses and the next request runs the write again (measured). Here the record stays until its 24 h
are over, and only a call that may safely be repeated takes it over.

A claim ends in one of three ways. **Kept**: the upstream has decided, so the answer is stored, sealed. **Released**:
nothing has happened, or what has may be repeated (a read, a declared idempotency header, a rate limit, a refused
credential), so the key is free. **Left**, by a crash or a time-out of ours: `outcome_unknown`.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from aws_lambda_powertools.utilities.idempotency import BasePersistenceLayer, IdempotencyConfig
from aws_lambda_powertools.utilities.idempotency.exceptions import (
    IdempotencyItemAlreadyExistsError,
    IdempotencyItemNotFoundError,
    IdempotencyValidationError,
)
from aws_lambda_powertools.utilities.idempotency.persistence.datarecord import STATUS_CONSTANTS, DataRecord
from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import DeleteError, PutError, PynamoDBException, UpdateError
from pynamodb.expressions.update import Action

from chalicelib import aws
from chalicelib.auth import vault
from chalicelib.auth.vault import CannotOpen, Context
from chalicelib.aws import is_condition_failure
from chalicelib.errors import IdempotencyInProgress, IdempotencyKeyReused, OutcomeUnknown, WaygateError
from chalicelib.observability import logger
from chalicelib.runtime import RuntimeRow
from chalicelib.settings import Caps

_IN_PROGRESS: Final[str] = STATUS_CONSTANTS["INPROGRESS"]
_COMPLETED: Final[str] = STATUS_CONSTANTS["COMPLETED"]
# of the table, and of the keyring that seals
_STORE_ERRORS: Final = (PynamoDBException, BotoCoreError, ClientError, WaygateError)
_GRACE_S: Final = 5.0  # after its deadline a call may still be writing down how it ended
_LONGEST_RETRY_S: Final = 5


class IdempotencyRow(RuntimeRow):
    """A request under an idempotency key, running or answered."""

    status = UnicodeAttribute()
    payload_hash = UnicodeAttribute()
    request_id = UnicodeAttribute()  # of the request that runs, or ran
    lapses_at = NumberAttribute()  # epoch seconds after which a running one was interrupted
    http_status = NumberAttribute(null=True)
    sealed = BinaryAttribute(null=True, legacy_encoding=False)


@dataclass(frozen=True)
class Subject:
    """What an idempotency key belongs to."""

    workspace: str
    key_id: str
    integration: str
    action: str
    key: str


@dataclass(frozen=True)
class Kept:
    """What an earlier request got. `document` None: the answer was too large to be kept."""

    request_id: str
    status: int
    document: dict[str, Any] | None


class Claim:
    """The right to run a request under its key, until it is kept or released."""

    def __init__(self, store: _Records, data: dict[str, Any]) -> None:
        self._store, self._data = store, data

    def keep(self, status: int, document: dict[str, Any]) -> None:
        """Store what the caller gets, for 24 h. Where that fails the record stays as it is: `outcome_unknown`."""
        self._store.http_status = status
        try:
            self._store.save_success(self._data, {"text": json.dumps(document)})  # it would sort the members
        except _STORE_ERRORS as error:
            logger.error("an idempotent answer could not be kept", extra={"error": type(error).__name__})

    def release(self, reason: Exception) -> None:
        """Free the key: the next request runs."""
        try:
            self._store.delete_record(self._data, reason)
        except _STORE_ERRORS as error:
            logger.error("an idempotency key could not be released", extra={"error": type(error).__name__})


def claim(
    subject: Subject,
    payload: dict[str, Any],
    *,
    request_id: str,
    is_repeatable: bool,
    timeout_s: float,
    now: Callable[[], float] = time.time,
) -> Claim | Kept:
    """The right to run a request of this `payload`, or what the first one under this key got.

    Raises `IdempotencyKeyReused` for another payload, `IdempotencyInProgress` while the first one runs, and
    `OutcomeUnknown` where that was interrupted and may not be repeated.
    """
    store = _Records(subject, request_id, is_repeatable=is_repeatable, now=now)
    data = {"subject": [subject.key_id, subject.integration, subject.action, subject.key], "payload": payload}
    try:
        store.save_inprogress(data, round((timeout_s + _GRACE_S) * 1_000))
    except IdempotencyItemAlreadyExistsError:
        return _first(store, data, now())
    return Claim(store, data)


def _first(store: _Records, data: dict[str, Any], now: float) -> Kept:
    try:
        record = store.get_record(data)
    except IdempotencyItemNotFoundError:
        raise IdempotencyInProgress(
            "The first request with this key has just ended without an answer to keep."
        ) from None
    except IdempotencyValidationError:
        raise IdempotencyKeyReused("This Idempotency-Key was used for another input or connection.") from None
    row = store.row
    if record is None or row is None:
        raise RuntimeError("a record was found and is not there")
    if record.status != _COMPLETED:
        if row.lapses_at > now:
            wait = str(max(1, min(_LONGEST_RETRY_S, math.ceil(row.lapses_at - now))))
            raise IdempotencyInProgress(
                f"The first request with this key, {row.request_id}, is still running.",
                headers={"Retry-After": wait},
                facts={"first_request_id": row.request_id},
            )
        raise OutcomeUnknown(
            f"The first request with this key, {row.request_id}, was interrupted: it may have been carried out.",
            facts={"first_request_id": row.request_id, "outcome": "unknown"},
        )
    kept = record.response_json_as_dict()
    return Kept(row.request_id, int(row.http_status), json.loads(kept["text"]) if kept else None)


class _Records(BasePersistenceLayer):
    """Powertools' records as items of the runtime table, their data sealed."""

    def __init__(self, subject: Subject, request_id: str, *, is_repeatable: bool, now: Callable[[], float]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._subject, self._request_id, self._is_repeatable, self._now = subject, request_id, is_repeatable, now
        self.http_status = 0
        self.row: IdempotencyRow | None = None
        config = IdempotencyConfig(
            event_key_jmespath="subject",
            payload_validation_jmespath="payload",
            expires_after_seconds=Caps.IDEMPOTENCY_TTL_S,
            hash_function="sha256",
        )
        self.configure(config, key_prefix=f"idempotency#{subject.workspace}")

    def _generate_hash(self, data: Any) -> str:
        """With the workspace as part of what is hashed."""
        return str(super()._generate_hash([self._subject.workspace, data]))

    def _put_record(self, data_record: DataRecord) -> None:
        """Powertools' condition, but that a lapsed record is taken over only where repeating does no harm."""
        now, row_type = self._now(), IdempotencyRow
        may_put = row_type.key.does_not_exist() | (row_type.expires_at <= now)
        if self._is_repeatable:
            may_put |= (row_type.status == _IN_PROGRESS) & (row_type.lapses_at <= now)
        lapses_in_s = (data_record.in_progress_expiry_timestamp or 0) / 1_000 - time.time()
        row = IdempotencyRow(
            data_record.idempotency_key,
            status=_IN_PROGRESS,
            payload_hash=data_record.payload_hash,
            request_id=self._request_id,
            lapses_at=now + lapses_in_s,
            expires_at=int(now) + Caps.IDEMPOTENCY_TTL_S,
        )
        try:
            row.save(may_put)
        except PutError as error:
            if is_condition_failure(error):
                raise IdempotencyItemAlreadyExistsError from None
            raise

    def _get_record(self, idempotency_key: str) -> DataRecord:
        row = self.row = IdempotencyRow.current(idempotency_key, self._now())
        if row is None:
            raise IdempotencyItemNotFoundError
        return DataRecord(
            row.key, status=row.status, payload_hash=row.payload_hash, response_data=self._open(row) or ""
        )

    def _update_record(self, data_record: DataRecord) -> None:
        """Only ours: a run that was taken over no longer has a say."""
        plain = aws.compress(data_record.response_data.encode())
        fits = len(plain) <= Caps.ITEM_BYTES
        changes: list[Action] = [
            IdempotencyRow.status.set(_COMPLETED),
            IdempotencyRow.http_status.set(self.http_status),
        ]
        if fits:
            changes.append(IdempotencyRow.sealed.set(vault.seal(self._context(data_record.idempotency_key), plain)))
        row = IdempotencyRow(data_record.idempotency_key)
        try:
            row.update(actions=changes, condition=IdempotencyRow.request_id == self._request_id)
        except UpdateError as error:
            if not is_condition_failure(error):
                raise

    def _delete_record(self, data_record: DataRecord) -> None:
        try:
            IdempotencyRow(data_record.idempotency_key).delete(IdempotencyRow.request_id == self._request_id)
        except DeleteError as error:
            if not is_condition_failure(error):
                raise

    def _open(self, row: IdempotencyRow) -> str | None:
        sealed: bytes | None = row.sealed
        if sealed is None:
            return None
        try:
            return aws.decompress(vault.unseal(self._context(row.key), bytes(sealed))).decode()
        except CannotOpen:
            return None

    def _context(self, key: str) -> Context:
        """``#`` is in no connection's name: no credential can be taken for an answer, or the other way round."""
        return Context(self._subject.workspace, self._subject.integration, key)
