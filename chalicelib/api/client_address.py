"""Whose request is it? The client's address: what API Gateway saw or, beside the origin's secret, what CloudFront saw.

CloudFront shows a secret with every request that it passes on (`Waygate-Origin-Secret`), which the base stack draws
and keeps in Secrets Manager. Only beside it is `X-Forwarded-For` believed. It is read when an address is first asked
for: by a bad key, or by the audit of a credential.
"""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Mapping
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import aws
from chalicelib.observability import logger
from chalicelib.settings import settings

HEADER: Final = "waygate-origin-secret"
_known: list[str] = []


def source_of(address: str, headers: Mapping[str, str]) -> str:
    """The source of a request that reached API Gateway from `address`; `headers` by lower-case name.

    An IPv6 client has a whole /64 to itself, so that is the source.
    """
    found = address_of(address, headers)
    if found is None:
        return "unknown"
    return found if ":" not in found else str(ipaddress.ip_network((found, 64), strict=False))


def address_of(address: str, headers: Mapping[str, str]) -> str | None:
    """The client's own address, as far as it is known; arguments as for `source_of`."""
    shown = headers.get(HEADER)
    if shown and hmac.compare_digest(shown.encode(), _secret().encode()):
        hops = [hop.strip() for hop in headers.get("x-forwarded-for", "").split(",")]
        before = [hop for hop in hops if hop and hop != address]  # CloudFront's own address is the last one
        address = before[-1] if before else address
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return None


def forget() -> None:
    """Drop what is known: for tests."""
    _known.clear()


def _secret() -> str:
    """The secret; where it cannot be read, one that nobody can show: the address of CloudFront is then the source."""
    if not _known:
        name = f"waygate/{settings().stage}/origin-secret"
        try:
            _known.append(aws.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"])
        except (BotoCoreError, ClientError) as error:
            logger.warning("the origin's secret cannot be read", extra={"error_type": type(error).__name__})
            return "\0"
    return _known[0]
