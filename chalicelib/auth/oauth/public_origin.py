"""Where the world finds this deployment: one parameter of Systems Manager, written by whoever puts us on a public
address (the edge stack; on a laptop the local server). The `Host` of a request is never taken for it.
"""

from __future__ import annotations

from typing import Final

from botocore.exceptions import ClientError

from chalicelib import aws
from chalicelib.auth.schemes import AuthScheme
from chalicelib.errors import PublicUrlUnknown
from chalicelib.settings import settings

_CALLBACK_PATH: Final = "/api/v1/oauth/callback"
_known: list[str] = []


def parameter() -> str:
    """The parameter's name."""
    return f"/waygate/{settings().stage}/public-origin"


def find() -> str | None:
    """``scheme://host[:port]``, read once per process; None while it is not written."""
    if not _known:
        try:
            answer = aws.client("ssm").get_parameter(Name=parameter())
        except ClientError as error:
            if error.response["Error"]["Code"] == "ParameterNotFound":
                return None
            raise
        _known.append(str(answer["Parameter"]["Value"]).rstrip("/"))
    return _known[0]


def get() -> str:
    """The same. Raises `PublicUrlUnknown` while it is not written."""
    origin = find()
    if origin is None:
        raise PublicUrlUnknown(
            "This deployment does not know its own public address, which a provider must send the browser back to.",
            fix=f"Finish the deployment (`make deploy`), or write the address to the SSM parameter {parameter()}.",
        )
    return origin


def callback_url() -> str:
    """The address to register with every provider. Raises as `get` does."""
    return get() + _CALLBACK_PATH


def find_callback(scheme: AuthScheme | None = None) -> str | None:
    """The same; None while it is not known, and for a scheme that sends nobody to the provider."""
    origin = find() if scheme is None or scheme.needs_consent else None
    return origin and origin + _CALLBACK_PATH


def forget() -> None:
    """Drop what is known: for tests, and for a store that was replaced underneath."""
    _known.clear()
