"""The shapes of answers (design, section 10). They describe and never run: the tests hold every answer against them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from chalicelib.auth.api_keys import Scope
from chalicelib.auth.audit import What
from chalicelib.auth.connections import Status as ConnectionStatus
from chalicelib.auth.quota import Quota
from chalicelib.gateway.health import State as IntegrationState
from chalicelib.registry.models import ActionFacts, Behaviour, IntegrationFacts, Method

DraftState = Literal["proposed", "accepted", "rejected"]
Change = Literal["added", "changed", "same"]


class Answer(BaseModel):
    """What we answer: every member is always there, and no other."""

    model_config = ConfigDict(extra="forbid", json_schema_serialization_defaults_required=True)


class Cursor(BaseModel):
    """What every list carries."""

    next_cursor: str | None = Field(description="Pass it on as `cursor` for the next page; null on the last one.")


class Health(Answer):
    """The process, or its store, is well."""

    status: Literal["ok", "ready"]
    version: str
    stage: str


class Me(Answer):
    """The key behind the request."""

    key_id: str
    name: str
    workspace: str
    stage: str = Field(description="Which deployment this is, such as `local` or `prod`.")
    callback_url: str | None = Field(
        description="What to register with OAuth providers; null while the deployment does not know its own address."
    )
    scopes: list[Scope]
    read_only: bool = Field(description="The key can change and call nothing.")
    integrations: list[str] | None
    limits: Quota | None
    expires_at: AwareDatetime | None


class ApiKey(Answer):
    """A key, without its secret."""

    id: str
    name: str
    scopes: list[Scope]
    integrations: list[str] | None
    limits: Quota | None
    expires_at: AwareDatetime | None
    last_used_at: AwareDatetime | None
    created_at: AwareDatetime


class CreatedApiKey(ApiKey):
    """A new key: the only answer that shows the secret."""

    key: str


class ApiKeys(Answer, Cursor):
    """A page of keys."""

    data: list[ApiKey]


class Rotation(BaseModel):
    """How far the rotation of a workspace's keyring is; `none` where there was none lately."""

    model_config = ConfigDict(extra="forbid")

    status: Literal["none", "starting", "waiting", "resealing", "done"]
    started_at: AwareDatetime | None = None
    continues_at: AwareDatetime | None = Field(default=None, description="When every process has the new key.")
    finished_at: AwareDatetime | None = None
    resealed: int = Field(default=0, description="How many sealed values were sealed anew.")
    unreadable: list[str] = Field(default=[], description="What no key opens, by name.")


class Workspace(Answer):
    """A workspace."""

    name: str
    created_at: AwareDatetime


class FirstKey(Answer):
    """The first admin key of a new workspace."""

    id: str
    key: str


class CreatedWorkspace(Workspace):
    """A new workspace, with its first key."""

    api_key: FirstKey


class Workspaces(Answer, Cursor):
    """All workspaces."""

    data: list[Workspace]


class Breaker(Answer):
    """The circuit breaker of an integration; of several addresses the worst."""

    state: Literal["closed", "open", "half_open"]
    retry_at: AwareDatetime | None
    origins: list[str] = Field(description="Those that are not called at present.")


class Integration(IntegrationFacts):
    """An integration as it is stored."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)

    callback_url: str | None = Field(
        description="What to register with an OAuth provider; null where nobody goes there."
    )
    readable_host: str | None = Field(description="The host as people write it, where that differs from `base_url`.")
    warn_idn: bool = Field(description="The host mixes scripts, as homographs do.")
    state: IntegrationState
    state_reason: str | None = Field(description="Why; null where it is ready.")
    connections: int = Field(description="How many connections it has.")
    breaker: Breaker | None = Field(description="Null in lists, where the address depends on the connection.")
    version: int
    created_at: AwareDatetime
    updated_at: AwareDatetime


class Integrations(Answer, Cursor):
    """A page of integrations."""

    data: list[Integration]


class Action(ActionFacts):
    """An action as it is stored; its input schema stands alone. `output_schema` comes where it was asked for."""

    integration: str
    name: str
    version: int
    created_at: AwareDatetime
    updated_at: AwareDatetime


class ActionBrief(Answer):
    """An action in a list."""

    integration: str
    name: str
    title: str
    summary: str
    method: Method
    path: str
    tags: list[str]
    behaviour: Behaviour
    deprecated: bool
    version: int


class Actions(Answer, Cursor):
    """A page of actions; of a search, the best first."""

    data: list[ActionBrief]


class Attempt(BaseModel):
    """One call of the upstream."""

    model_config = ConfigDict(extra="forbid")

    n: int
    status: int | None
    duration_ms: int
    reason: str | None = Field(default=None, description="Why it was not good, such as `http_503` or `rate_limited`.")
    wait_ms: int | None = Field(default=None, description="How long was waited after it.")


class Upstream(BaseModel):
    """What the upstream did."""

    model_config = ConfigDict(extra="forbid")

    status: int | None
    duration_ms: int
    attempts: list[Attempt]
    location: str | None = None
    body: Any = None


class RateLimit(BaseModel):
    """What the upstream says is left of its limit."""

    model_config = ConfigDict(extra="forbid")

    remaining: int | None = None
    reset_s: float | None = None


class Fault(Answer):
    """One fault: a JSON pointer (RFC 6901), a code, and what is wrong."""

    pointer: str
    code: str
    detail: str


class InvocationMeta(BaseModel):
    """The facts of an invocation."""

    model_config = ConfigDict(extra="forbid")

    request_id: str
    action: str
    version: int | None
    connection: str | None
    upstream: Upstream | None
    duration_ms: int
    output_valid: bool | None = Field(default=None, description="Null where nothing was checked.")
    warnings: list[Fault] = []
    rate_limit: RateLimit | None = None
    dry_run: bool | None = None
    policy: dict[str, Any] | None = None


class InvocationResult(Answer):
    """`data` is what the upstream's body says."""

    data: Any
    meta: InvocationMeta


class MaskedRequest(BaseModel):
    """The upstream request, without its secrets."""

    model_config = ConfigDict(extra="forbid")

    method: str
    url: str
    headers: list[tuple[str, str]]


class Invocation(Answer):
    """A record of the log."""

    request_id: str
    at: AwareDatetime
    integration: str
    action: str
    version: int | None
    connection: str | None
    status: int
    code: str | None
    outcome: Literal["succeeded", "failed", "unknown"]
    duration_ms: int
    upstream: Upstream | None
    request: MaskedRequest | None
    sizes: dict[str, int]
    output_valid: bool | None
    dry_run: bool
    key_id: str
    idempotency_key: str | None = Field(description="The hash of the caller's `Idempotency-Key`.")
    answered_from: str | None = Field(description="The request whose kept answer this one got.")
    replay_of: str | None
    trace_id: str | None = Field(description="The X-Ray trace that it belongs to, sampled or not.")


class Exported(Answer):
    """A credential on its way into a backup."""

    sealed: str = Field(description="AES-256-GCM under the caller's key, in base64.")


class Backfilled(Answer):
    """How much of the log was read again."""

    lines: int = Field(description="Lines found in the stretch by this call; those that were stored already too.")
    next_cursor: str | None


class RecordedBody(BaseModel):
    """A body as it may be shown: without secrets, by value and by name, and cut to 8 KB."""

    model_config = ConfigDict(extra="forbid")

    content_type: str
    bytes: int = Field(description="Of the whole body.")
    truncated: bool
    text: str | None = None
    base64: str | None = None


class Bodies(Answer):
    """What an invocation was asked, and what went to and fro."""

    input: RecordedBody | None
    request: RecordedBody | None
    response: RecordedBody | None


class RecordedInvocation(Invocation):
    """A record of the log, with its bodies where they were recorded."""

    bodies: Bodies | None


class Invocations(Answer, Cursor):
    """A page of the log, the latest first."""

    data: list[Invocation]


class ErrorCounts(Answer):
    """How many calls failed, by whose fault it was."""

    caller: int = Field(description="What was asked, or the account it was asked for, was wrong.")
    upstream: int = Field(description="The upstream refused, failed, was slow, or had failed before (`circuit_open`).")
    gateway: int = Field(description="Waygate itself.")


class Percentiles(Answer):
    """How long calls took, ours included, in milliseconds; right within 5 %. Null where there were none."""

    p50: float | None
    p95: float | None
    p99: float | None


class UsageSeries(Answer):
    """The same bucket by bucket, beside `times`."""

    calls: list[int]
    errors: list[int]
    p95_ms: list[float | None]


class Usage(Answer):
    """Calls, errors and latency."""

    calls: int
    errors: ErrorCounts
    latency_ms: Percentiles
    series: UsageSeries


class UsageOf(Usage):
    """The usage of an integration, or of one action."""

    integration: str
    action: str | None = Field(description="Null where it is the whole integration.")


class Cooldown(Answer):
    """The upstream's own limit is reached: nothing goes out until then."""

    connection: str | None = Field(description="Null where it is of all, or of calls without one.")
    action: str | None = Field(description="Null where it is of all.")
    until: AwareDatetime


class ConnectionCounts(Answer):
    """How many connections of each status there are."""

    pending: int
    active: int
    needs_reauth: int
    error: int
    disabled: int


class IntegrationHealth(Answer):
    """What stands between a caller and the upstream at this moment."""

    integration: str
    state: IntegrationState
    state_reason: str | None
    breaker: Breaker
    cooldowns: list[Cooldown]
    connections: ConnectionCounts
    last_errors: list[Invocation] = Field(description="At most ten, the latest first, of the latest 500 calls.")


class UsageReport(Answer):
    """Usage within whole hours or days, in UTC."""

    since: AwareDatetime
    until: AwareDatetime
    bucket: Literal["hour", "day"]
    times: list[AwareDatetime] = Field(description="When each bucket begins.")
    total: Usage = Field(description="All of `data` together.")
    data: list[UsageOf]


class Secret(Answer):
    """What is told of a credential: its last four characters, if it is long, and a fingerprint."""

    last4: str | None
    fingerprint: str | None


class Warning(Answer):  # noqa: A001
    """Something that its owner should hear about."""

    code: str
    detail: str


class Connection(Answer):
    """A connection, without its credential."""

    integration: str
    name: str
    status: ConnectionStatus
    reason: str | None
    auth_type: str
    config: dict[str, Any]
    metadata: dict[str, Any]
    tags: list[str]
    client: str | None
    warnings: list[Warning]
    expires_at: AwareDatetime | None
    last_refreshed_at: AwareDatetime | None
    next_refresh_at: AwareDatetime | None
    last_verified_at: AwareDatetime | None
    secret: Secret | None
    version: int
    created_at: AwareDatetime
    updated_at: AwareDatetime


class Connections(Answer, Cursor):
    """A page of connections."""

    data: list[Connection]


class Authorization(Answer):
    """Where the account's owner goes, and what the provider has to know."""

    authorize_url: str = Field(description="For one browser, once.")
    expires_at: AwareDatetime
    callback_url: str


class OAuthClient(Answer):
    """A registration with a provider, without its secret."""

    integration: str
    name: str
    client_id: str
    auth_method: Literal["client_secret_basic", "client_secret_post", "none", "private_key_jwt"]
    key_id: str | None
    algorithm: str
    secret: Secret | None
    callback_url: str | None
    version: int
    created_at: AwareDatetime
    updated_at: AwareDatetime


class OAuthClients(Answer, Cursor):
    """All clients of an integration."""

    data: list[OAuthClient]
    callback_url: str | None = Field(description="What to register with the provider; null where nobody is sent to it.")


class Connected(Answer):
    """What a connect session came to."""

    integration: str
    connection: str


class ConnectSession(Answer):
    """A connect session."""

    id: str
    status: Literal["open", "connected", "expired"]
    reason: str | None = Field(description="Why the latest try came to nothing.")
    integrations: list[str]
    connection: str
    tags: list[str]
    return_to: str | None
    connected: Connected | None
    expires_at: AwareDatetime


class CreatedConnectSession(ConnectSession):
    """A new connect session: the only answer that shows the link."""

    url: str


class Revocation(Answer):
    """Whether the provider has revoked the tokens (RFC 7009)."""

    outcome: Literal["revoked", "failed", "unsupported"]
    detail: str


class Deleted(Answer):
    """What became of the tokens of a deleted connection; other credentials have no answer (204)."""

    revocation: Revocation


class AuditEntry(Answer):
    """What was done to a credential; never the credential."""

    id: str
    at: AwareDatetime
    what: What
    integration: str
    connection: str
    actor: str = Field(description="`key:<id>`, `session:<id>` or `sweep`.")
    address: str | None = Field(description="Where it came from.")
    details: dict[str, Any]


class AuditEntries(Answer, Cursor):
    """A page of the audit, the latest first; as JSON Lines, an entry a line, where that is asked for."""

    data: list[AuditEntry]


class Verdict(Answer):
    """What the verification call showed."""

    ok: bool
    status: int | None
    detail: str
    duration_ms: int
    request: MaskedRequest
    body: Any
    at: AwareDatetime


class TagCounts(Answer):
    """A tag, and how many things carry it."""

    name: str
    integrations: int
    actions: int
    connections: int


class Tags(Answer, Cursor):
    """A page of tags."""

    data: list[TagCounts]


class TagChange(Answer):
    """How many things were changed; `remaining` above 0 asks for the same call again."""

    name: str | None
    integrations: int
    actions: int
    connections: int
    remaining: int


class Upload(Answer):
    """A kept file."""

    upload: str
    bytes: int
    sha256: str


class Progress(BaseModel):
    """How far a job is."""

    model_config = ConfigDict(extra="allow")

    pages_found: int
    pages_read: int
    endpoints: int
    tokens: int
    cost_usd: float


class JobError(BaseModel):
    """Why a job failed."""

    model_config = ConfigDict(extra="allow")

    code: str
    detail: str
    suggested_fix: str | None = None


class Job(Answer):
    """A scrape job."""

    id: str
    integration: str
    status: Literal["queued", "running", "needs_review", "published", "failed", "cancelled"]
    step: str | None
    source: dict[str, Any]
    auto_publish: bool
    limits: dict[str, Any]
    progress: Progress
    warnings: list[Fault]
    error: JobError | None
    created_at: AwareDatetime
    updated_at: AwareDatetime


class Coverage(Answer):
    """Which pages of a site were found, read and skipped, and why; `model` read them besides the rules, if any did."""

    found: int
    read: int
    skipped: dict[str, int]
    outside: int
    scope: dict[str, Any]
    pages: list[str]
    left_out: list[dict[str, str]]
    model: str | None


class WholeJob(Job):
    """A scrape job, with what was read of a site; `coverage` is null for a description."""

    coverage: Coverage | None


class Jobs(Answer, Cursor):
    """A page of jobs, the latest first."""

    data: list[Job]


class Difference(Answer):
    """What a re-import changes about an action, and what that means to those who call it."""

    pointer: str
    kind: Literal["breaking", "additive", "neutral"]
    detail: str


class DraftActionBrief(Answer):
    """An action of a draft, in a list."""

    name: str
    title: str
    summary: str
    method: Method
    path: str
    tags: list[str]
    behaviour: Behaviour
    deprecated: bool
    state: DraftState
    confidence: float
    change: Change
    differences: list[Difference]
    warnings: list[Fault]


class DraftAction(ActionFacts):
    """An action of a draft, whole."""

    name: str
    state: DraftState
    confidence: float
    change: Change
    differences: list[Difference]
    warnings: list[Fault]
    version: int


class StateCounts(Answer):
    """How many actions of a draft are in each state."""

    proposed: int
    accepted: int
    rejected: int


class Decided(Answer):
    """What became of verdicts on many actions."""

    changed: int
    held: dict[str, str] = Field(description="Those that are only accepted by name, and why.")
    states: StateCounts


class Draft(Answer, Cursor):
    """What a job has read; a page of its actions."""

    integration: dict[str, Any]
    actions: list[DraftActionBrief]
    total: int = Field(description="How many actions the draft has.")
    matching: int = Field(description="How many of them are asked for, on all pages.")
    states: StateCounts
    removed: list[str]
    changes: dict[str, int]
    repaired: list[Fault]
    dropped: list[Fault]
    warnings: list[Fault]
    counts: dict[str, int]


class Publication(Answer):
    """What was published: names of actions."""

    integration: str
    published: list[str]
    unchanged: list[str]
    removed: list[str]
    kept: list[str]
    held: dict[str, str] = Field(description="Those of `kept` that are only accepted by name, and why.")


class Problem(BaseModel):
    """An error (RFC 9457); further members depend on the code."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    code: str
    detail: str
    retryable: bool
    request_id: str
    suggested_fix: str | None = None
    errors: list[Fault] | None = None
    upstream: Upstream | None = None
    outcome: Literal["unknown"] | None = Field(default=None, description="The write may have happened.")


class AnyDocument(BaseModel):
    """A document of another format."""

    model_config = ConfigDict(extra="allow")
