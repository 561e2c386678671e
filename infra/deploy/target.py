"""Where a deployment goes: the stage, the account and the region; and the clients to speak to AWS with."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parent.parent.parent
API_STAGE: Final = "api"  # API Gateway's stage, in every deployment: CloudFront sees the same path on both sides


@dataclass(frozen=True)
class Target:
    """A stage in an account and a region."""

    stage: str
    account: str
    region: str

    @property
    def is_durable(self) -> bool:
        """False for `dev`, whose data may go with it."""
        return self.stage != "dev"

    @property
    def api_function(self) -> str:
        """The function of the REST API."""
        return f"waygate-{self.stage}"

    def name(self, purpose: str) -> str:
        """What is called `purpose` in this deployment."""
        return f"waygate-{self.stage}-{purpose}"

    def bucket(self, purpose: str) -> str:
        """A bucket's name, which is unique in the world."""
        return f"waygate-{self.stage}-{purpose}-{self.account}-{self.region}"

    def client(self, service: str) -> Any:
        """The client of an AWS service in the region."""
        return _client(service, self.region)


@functools.cache
def _client(service: str, region: str) -> Any:
    import boto3
    from botocore.config import Config

    config = Config(retries={"max_attempts": 10, "mode": "standard"})  # API Gateway allows few changes a minute
    return boto3.client(service, region_name=region, config=config)


def say(step: str, text: str) -> None:
    """One line about what a step does or has found."""
    print(f"  {step:<9} {text}", flush=True)
