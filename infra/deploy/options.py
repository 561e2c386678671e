"""What an owner may choose about a deployment: a table of `deploy.toml` for each stage that wants something else."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

from infra.deploy.failure import DeployFailed
from infra.deploy.target import ROOT

FILE: Final = ROOT / "deploy.toml"


@dataclass(frozen=True)
class Options:
    """The choices, with what holds where nothing is said. `docs/deploying.md` explains each."""

    domain_name: str = ""
    certificate_arn: str = ""
    alarm_email: str = ""
    daily_cost_usd: float = 5.0
    web_acl: bool = False
    log_days: int = 30
    calls_per_s: float = 100.0  # of all clients together; API Gateway refuses what is beyond
    calls_at_once: int = 200

    def base_parameters(self) -> dict[str, str]:
        """Of the base stack."""
        return {"LogDays": str(self.log_days)}

    def edge_parameters(self) -> dict[str, str]:
        """Of the edge stack."""
        return {
            "DomainName": self.domain_name,
            "CertificateArn": self.certificate_arn,
            "AlarmEmail": self.alarm_email,
            "DailyCostUsd": f"{self.daily_cost_usd:g}",
            "WebAcl": "yes" if self.web_acl else "no",
            "LogDays": str(self.log_days),
        }


def read(stage: str, path: Path = FILE) -> Options:
    """The choices for `stage`; those of `[all]` hold where its own table says nothing.

    Raises `DeployFailed` for a file that is no TOML, and for an option that is unknown or of another type.
    """
    if not path.exists():
        return Options()
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise DeployFailed(f"{path.name} is no TOML: {error}") from None
    chosen = {**tables.get("all", {}), **tables.get(stage, {})}
    types = {field.name: type(field.default) for field in fields(Options)}
    for name, value in chosen.items():
        if name not in types:
            raise DeployFailed(f"{path.name} has an unknown option `{name}`.", f"There are: {', '.join(types)}.")
        if not isinstance(value, types[name]) and not (types[name] is float and type(value) is int):
            raise DeployFailed(f"{path.name}: `{name}` must be a {types[name].__name__}, not {value!r}.")
    return Options(**chosen)
