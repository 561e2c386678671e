"""The environment, validated once, as one frozen object; and every cap, with its unit.

What an owner may set comes from variables named ``WAYGATE_…`` (listed in `docs/settings.md`, which a test
compares with this class). What nobody should need to set is a constant of `Caps`.

pydantic alone reads it: with pydantic-settings every cold start would be a seventh longer (measured). For the same
reason annotations are not postponed in this module: pydantic would parse each of them.
"""

import functools
import os
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

LOCAL_STAGE: Final = "local"
_ORIGIN: Final = r"^https?://([a-z0-9.-]+|\[[0-9a-f:]+\])(:\d{1,5})?$"  # as a browser writes it: exact, never `*`


class Settings(BaseModel):
    """What the environment says. Names of variables are the fields' in capitals, after ``WAYGATE_``."""

    model_config = ConfigDict(frozen=True)

    stage: str = Field(
        default=LOCAL_STAGE,
        pattern=r"^[a-z][a-z0-9]{0,15}$",
        description="Names this deployment; part of every table, bucket and function name.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="The least severe log line that is written."
    )
    denied_ports: tuple[Annotated[int, Field(gt=0, lt=65536)], ...] = Field(
        default=(), description="Comma-separated ports that no outbound call may reach, besides the built-in ones."
    )
    console_origins: tuple[Annotated[str, Field(pattern=_ORIGIN)], ...] = Field(
        default=(),
        description="Comma-separated origins (`https://console.example`) of consoles that are served from elsewhere; "
        "browsers let no other page call the API. The console at the API's own origin needs none.",
    )
    audit_days: int = Field(
        default=400, ge=1, le=3_650, description="How many days the audit of credentials is kept; 400 is 13 months."
    )
    credential_export: bool = Field(
        default=False,
        description="Whether an admin key may take credentials out for a backup, sealed under a key of its own; "
        "`make run` always allows it.",
    )

    calls_per_s: float = Field(
        default=10,
        gt=0,
        le=100_000,
        allow_inf_nan=False,
        description="Calls per second that each workspace may make, and twice as many at once; "
        "`make run` sets 10000 where nothing is set.",
    )

    jobs_running: int = Field(default=3, ge=1, le=100, description="Scrape jobs that a workspace may run at once.")
    jobs_a_day: int = Field(default=50, ge=1, description="Scrape jobs that a workspace may start in a day (UTC).")
    llm_base_url: str | None = Field(
        default=None,
        description="An OpenAI-compatible endpoint (`https://…/v1`) for reading documentation; none if unset.",
    )
    llm_model: str = Field(default="", description="The model to ask there.")
    llm_api_key: SecretStr | None = Field(default=None, description="Its key, if it needs one. Never logged or shown.")
    llm_job_tokens: int = Field(default=400_000, ge=0, description="Tokens that one job may spend, in and out.")
    llm_timeout_s: float = Field(default=60.0, gt=0, le=240, description="Seconds that one question may take.")
    llm_input_usd: float = Field(default=0.0, ge=0, description="Price of a million tokens in, US dollars.")
    llm_output_usd: float = Field(default=0.0, ge=0, description="Price of a million tokens out, US dollars.")

    @field_validator("denied_ports", "console_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return [part for part in value.split(",") if part] if isinstance(value, str) else value

    @property
    def is_local(self) -> bool:
        """True on a laptop: private upstream addresses are then allowed, and stacks live in the stand-in."""
        return self.stage == LOCAL_STAGE

    def resource(self, purpose: str) -> str:
        """The name of this deployment's table, queue, function or state machine for `purpose`."""
        return f"waygate-{self.stage}-{purpose}"


class Caps:
    """Bounds that hold everywhere. Bytes are bytes, ``_s`` are seconds; the source of each odd figure is beside it."""

    REQUEST_BYTES: Final = 4_000_000  # API Gateway carries 10 MB, Lambda 6 MB of base64 around it
    SMALL_REQUEST_BYTES: Final = 1_000_000  # everywhere but invocations, uploads and inline descriptions
    ANSWER_BYTES: Final = 4_400_000  # Lambda's 6 MB less base64
    UPSTREAM_TEXT_BYTES: Final = 4_400_000
    UPSTREAM_BINARY_BYTES: Final = 3_300_000
    UPSTREAM_HEADER_BYTES: Final = 65_536  # all together
    DOCUMENT_BYTES: Final = 64_000_000  # an API description, unpacked
    UPLOAD_TTL_S: Final = 86_400
    PAGE_BYTES: Final = 2_000_000  # a page of documentation (D5); what comes after is not read
    PAGE_NODES: Final = 100_000  # elements and texts of it
    PAGE_CLAIMS: Final = 2_000  # endpoints that one page may claim
    JSON_DEPTH: Final = 64
    JSON_NODES: Final = 100_000
    DOCUMENT_NODES: Final = 8_000_000  # GitHub's 13 MB hold 0.5 million
    YAML_DEPTH: Final = 100
    YAML_EXPANSION: Final = 4  # aliases may at most quadruple the text
    SCHEMA_DEPTH: Final = 64
    SCHEMA_BRANCHES: Final = 4_096
    SCHEMA_CLOSURE_NODES: Final = 40_000
    HEADER_VALUE_BYTES: Final = 8_192
    CREDENTIAL_BYTES: Final = 65_536
    ITEM_BYTES: Final = 300_000  # DynamoDB refuses 400 KB; what is larger goes to S3
    INVOCATION_LINE_BYTES: Final = 65_536
    INVOCATION_TTL_S: Final = 7 * 86_400
    USAGE_TTL_S: Final = 90 * 86_400
    RECORDED_BODY_BYTES: Final = 8_192  # of each body, where recording is `full`
    IDEMPOTENCY_TTL_S: Final = 86_400

    SITE_PAGES: Final = 200
    SITE_DEPTH: Final = 4  # links away from the start; a next page is as far as the one before it
    SITE_BYTES: Final = 20_000_000  # of one job, as received
    SITE_S: Final = 600.0
    SITE_REQUESTS_PER_S: Final = 2.0  # to one host; addresses of the own machine are not paced

    CONNECT_TIMEOUT_S: Final = 3.0
    FIRST_BYTE_TIMEOUT_S: Final = 15.0
    CALL_TIMEOUT_S: Final = 25.0  # API Gateway ends a call at 29 s
    FETCH_TIMEOUT_S: Final = 60.0  # one description of up to DOCUMENT_BYTES

    FRESH_S: Final = 30.0  # how long a process trusts a row that it has read
    KEYRING_FRESH_S: Final = 300.0
    PAGE_DEFAULT: Final = 25
    PAGE_MAX: Final = 100
    BAD_KEYS_PER_MINUTE: Final = 20  # of one source; then its unknown keys wait for 60 s
    NOT_RECORDED_S: Final = 300.0  # a younger invocation may still be on its way to the log


class SettingsError(ValueError):
    """The environment is wrong. The message names each variable, what is wrong with it and where it is documented."""


@functools.cache
def settings() -> Settings:
    """The settings of this process, read from the environment at the first call.

    Raises `SettingsError` naming every variable that is wrong.
    """
    told = {name: os.environ[_variable(name)] for name in Settings.model_fields if _variable(name) in os.environ}
    try:
        return Settings.model_validate(told)
    except ValidationError as error:
        wrong = "; ".join(f"{_variable(str(e['loc'][0]))}: {e['msg']}" for e in error.errors())
        raise SettingsError(f"{wrong} (see docs/settings.md)") from None


def _variable(name: str) -> str:
    return f"WAYGATE_{name.upper()}"
