"""The environment of local mode: set before the application or boto3 is imported, so that AWS is never reached."""

from __future__ import annotations

import os
from typing import Final

_REMOVED: Final = (
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_ENDPOINT_URL",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_ROLE_ARN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CA_BUNDLE",
)


def prepare(stage: str = "local", control_port: int | None = None) -> None:
    """Sets this process's environment: made-up credentials, one region, no profile and no endpoint of the owner's.

    `control_port` is the loopback AWS endpoint's, which egress must always refuse.
    """
    for name in [*_REMOVED, *(name for name in os.environ if name.startswith("AWS_ENDPOINT_URL_"))]:
        os.environ.pop(name, None)
    os.environ.update(
        WAYGATE_STAGE=stage,
        AWS_ACCESS_KEY_ID="testing",
        AWS_SECRET_ACCESS_KEY="testing",  # nosec B106
        AWS_DEFAULT_REGION="us-east-1",
        AWS_REGION="us-east-1",
        AWS_CONFIG_FILE=os.devnull,
        AWS_SHARED_CREDENTIALS_FILE=os.devnull,
        AWS_EC2_METADATA_DISABLED="true",
        MOTO_DISABLE_GLOBAL_CORS="true",  # else the AWS endpoint would be open to every web page
    )
    os.environ.setdefault("WAYGATE_CALLS_PER_S", "10000")  # one owner on one laptop is in nobody's way
    if control_port is not None:
        ports = [port for port in os.environ.get("WAYGATE_DENIED_PORTS", "").split(",") if port]
        if str(control_port) not in ports:
            os.environ["WAYGATE_DENIED_PORTS"] = ",".join([*ports, str(control_port)])
