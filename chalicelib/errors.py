"""The error tree. Each class knows its code, its HTTP status and whether a retry can help.

::

    WaygateError                     500  internal_error
    ├── BadRequest                   400
    │   ├── MalformedJson                 malformed_json
    │   ├── InvalidCursor                 invalid_cursor
    │   └── BadHeader                     bad_header
    ├── Unauthenticated              401  unauthenticated
    ├── Forbidden                    403
    │   ├── InsufficientScope             insufficient_scope
    │   ├── ExportDisabled                export_disabled
    │   ├── IntegrationDisabled           integration_disabled
    │   └── EgressBlocked                 egress_blocked
    ├── NotFound                     404
    │   ├── IntegrationNotFound           integration_not_found
    │   ├── ActionNotFound                action_not_found
    │   ├── ConnectionNotFound            connection_not_found
    │   ├── ClientNotFound                client_not_found
    │   ├── ConnectSessionNotFound        connect_session_not_found
    │   ├── ScrapeJobNotFound             scrape_job_not_found
    │   ├── DraftNotFound                 draft_not_found
    │   ├── UploadNotFound                upload_not_found
    │   ├── InvocationNotFound            invocation_not_found
    │   ├── NotRecordedYet                not_recorded_yet
    │   ├── ApiKeyNotFound                api_key_not_found
    │   ├── WorkspaceNotFound             workspace_not_found
    │   └── RouteNotFound                 route_not_found
    ├── MethodNotAllowed             405  method_not_allowed
    ├── Conflict                     409
    │   ├── NameTaken                     name_taken
    │   ├── ConnectionRequired            connection_required
    │   ├── ConnectionAmbiguous           connection_ambiguous
    │   ├── NeedsReauth                   needs_reauth
    │   ├── PublicUrlUnknown              public_url_unknown
    │   ├── VersionConflict               version_conflict
    │   ├── IdempotencyInProgress         idempotency_in_progress
    │   ├── OutcomeUnknown                outcome_unknown
    │   └── WrongState                    wrong_state
    ├── EtagMismatch                 412  etag_mismatch
    ├── TooLarge                     413  too_large
    ├── UnsupportedMediaType         415  unsupported_media_type
    ├── Unprocessable                422
    │   ├── InvalidInput                  invalid_input
    │   ├── ReservedParameter             reserved_parameter
    │   ├── IdempotencyKeyReused          idempotency_key_reused
    │   └── DocumentError
    │       ├── MalformedDocument         malformed_document
    │       ├── NotOpenApi                not_openapi
    │       ├── DocumentTooLarge          document_too_large
    │       ├── DocumentTooDeep           document_too_deep
    │       ├── DocumentTooComplex        document_too_complex
    │       ├── BaseUrlMissing            base_url_missing
    │       ├── SourceUnreachable         source_unreachable
    │       ├── RobotsDenied              robots_denied
    │       └── NothingToImport           nothing_to_import
    ├── UpstreamRefused              424  upstream_refused
    ├── Throttled                    429
    │   ├── RateLimited                   rate_limited
    │   └── UpstreamRateLimited           upstream_rate_limited
    ├── UpstreamFault                502
    │   ├── UpstreamFailed                upstream_failed
    │   ├── UpstreamUnreachable           upstream_unreachable
    │   ├── UpstreamTlsError              upstream_tls_error
    │   ├── UpstreamInvalidResponse       upstream_invalid_response
    │   └── UpstreamResponseTooLarge      upstream_response_too_large
    ├── Unavailable                  503  unavailable
    ├── CircuitOpen                  503  circuit_open
    └── UpstreamTimeout              504  upstream_timeout

The status says whose fault it is: 4xx the caller's (424: the upstream refused), 502 and 504 the upstream's,
500 and 503 ours (`circuit_open`: the upstream has failed before, and we hold back). `docs/errors.md` is generated from
these classes. Problem documents follow RFC 9457.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar


class WaygateError(Exception):
    """Something went wrong that a caller should hear about.

    `detail` says what, where and with which value; `fix` what to do next; `errors` is every single fault as
    ``{pointer, code, detail}`` (RFC 6901 pointers); `facts` are further members of the problem document.
    """

    code: ClassVar[str] = "internal_error"
    status: ClassVar[int] = 500
    title: ClassVar[str] = "Something went wrong on our side"
    retryable: ClassVar[bool] = False
    fix: ClassVar[str | None] = None

    def __init__(
        self,
        detail: str | None = None,
        *,
        fix: str | None = None,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        facts: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.suggested_fix = fix or self.fix
        self.errors = list(errors)
        self.headers = dict(headers or {})
        self.facts = dict(facts or {})

    def problem(self, request_id: str) -> dict[str, Any]:
        """The problem document (RFC 9457) of this error."""
        document: dict[str, Any] = {
            "type": f"urn:waygate:error:{self.code}",
            "title": self.title,
            "status": self.status,
            "code": self.code,
            "detail": self.detail or self.title,
            "retryable": self.retryable,
            "request_id": request_id,
        }
        if self.suggested_fix:
            document["suggested_fix"] = self.suggested_fix
        if self.errors:
            document["errors"] = self.errors
        return {**document, **self.facts}


class BadRequest(WaygateError):
    """The request could not be read."""

    status = 400


class MalformedJson(BadRequest):
    """The body is not JSON as RFC 8259 has it, or uses what we refuse: duplicate keys, NaN, too deep nesting."""

    code, title = "malformed_json", "The body is not valid JSON"


class InvalidCursor(BadRequest):
    """A `cursor` that we did not make, or made for another list or workspace."""

    code, title = "invalid_cursor", "This cursor is not valid here"
    fix = "Start the list again without `cursor`, and pass on `next_cursor` unchanged."


class BadHeader(BadRequest):
    """A request header has a value that we cannot use."""

    code, title = "bad_header", "A request header is not valid"


class Unauthenticated(WaygateError):
    """No API key, or one that is unknown, revoked or expired."""

    code, status, title = "unauthenticated", 401, "A valid API key is needed"
    fix = "Send `Authorization: Bearer wg_live_…`; create a key with `waygate keys create`."

    def __init__(self, detail: str | None = None) -> None:
        super().__init__(detail, headers={"WWW-Authenticate": 'Bearer realm="waygate"'})


class Forbidden(WaygateError):
    """The caller is known, and may not do this."""

    status = 403


class InsufficientScope(Forbidden):
    """The API key lacks the scope, or is limited to other integrations."""

    code, title = "insufficient_scope", "This API key may not do that"


class ExportDisabled(Forbidden):
    """The deployment's settings let no credential out, not even sealed for a backup."""

    code, title = "export_disabled", "Credentials cannot be exported here"
    fix = "Its owner can allow it: WAYGATE_CREDENTIAL_EXPORT=true."


class IntegrationDisabled(Forbidden):
    """The integration is switched off."""

    code, title = "integration_disabled", "This integration is switched off"
    fix = 'Switch it on: PATCH the integration with {"enabled": true}.'


class EgressBlocked(Forbidden):
    """An outbound call to an address, port or host that Waygate never calls."""

    code, title = "egress_blocked", "Waygate does not call that address"


class NotFound(WaygateError):
    """There is no such thing in this workspace."""

    status = 404


class IntegrationNotFound(NotFound):
    """No integration of that name."""

    code, title = "integration_not_found", "There is no such integration"


class ActionNotFound(NotFound):
    """No action of that name in the integration."""

    code, title = "action_not_found", "There is no such action"


class ConnectionNotFound(NotFound):
    """No connection of that name for the integration."""

    code, title = "connection_not_found", "There is no such connection"


class ClientNotFound(NotFound):
    """The integration has no OAuth client of that name."""

    code, title = "client_not_found", "There is no such OAuth client"


class ConnectSessionNotFound(NotFound):
    """No connect session of that id; they are kept for a day."""

    code, title = "connect_session_not_found", "There is no such connect session"


class ScrapeJobNotFound(NotFound):
    """No job of that id."""

    code, title = "scrape_job_not_found", "There is no such job"


class DraftNotFound(NotFound):
    """The job has no draft, or its draft no such action."""

    code, title = "draft_not_found", "There is no such draft"


class UploadNotFound(NotFound):
    """No upload of that id; uploads are kept for 24 hours."""

    code, title = "upload_not_found", "There is no such upload"
    fix = "Uploads are kept for 24 hours. POST the file to /api/v1/uploads again."


class InvocationNotFound(NotFound):
    """No recorded invocation of that request id."""

    code, title = "invocation_not_found", "There is no such invocation"


class NotRecordedYet(NotFound):
    """The invocation is younger than five minutes and not in the log yet."""

    code, title, retryable = "not_recorded_yet", "This invocation is not in the log yet", True

    def __init__(self, detail: str | None = None) -> None:
        super().__init__(detail, fix="Ask again in 2 seconds.", headers={"Retry-After": "2"})


class ApiKeyNotFound(NotFound):
    """No API key of that id."""

    code, title = "api_key_not_found", "There is no such API key"


class WorkspaceNotFound(NotFound):
    """No workspace of that name."""

    code, title = "workspace_not_found", "There is no such workspace"


class RouteNotFound(NotFound):
    """No resource at that path."""

    code, title = "route_not_found", "There is nothing at this path"
    fix = "The paths are listed in docs/api.md."


class MethodNotAllowed(WaygateError):
    """The resource exists, and does not know that method."""

    code, status, title = "method_not_allowed", 405, "This path does not know that method"


class Conflict(WaygateError):
    """The request does not fit the present state."""

    status = 409


class NameTaken(Conflict):
    """Something of that name is there already."""

    code, title = "name_taken", "That name is taken"


class ConnectionRequired(Conflict):
    """The integration needs credentials and has no connection."""

    code, title = "connection_required", "This integration has no connection yet"


class ConnectionAmbiguous(Conflict):
    """Several connections, none named, none called `default`."""

    code, title = "connection_ambiguous", "Several connections could be meant"


class NeedsReauth(Conflict):
    """The connection's credentials no longer work, or are bound to another host."""

    code, title = "needs_reauth", "This connection must be connected again"


class PublicUrlUnknown(Conflict):
    """Nobody has told the deployment its public address yet, and OAuth and connect links need it."""

    code, title = "public_url_unknown", "This deployment does not know its public address"


class VersionConflict(Conflict):
    """Someone else changed it between our read and our write."""

    code, title, retryable = "version_conflict", "It was changed at the same time by someone else", True
    fix = "Read it again and repeat the change."


class IdempotencyInProgress(Conflict):
    """The first request with this `Idempotency-Key` is still running; its answer will be yours as well."""

    code, title, retryable = "idempotency_in_progress", "A request with this Idempotency-Key is still running", True
    fix = "Send the same request again in a moment."


class OutcomeUnknown(Conflict):
    """The first request with this `Idempotency-Key` was interrupted, and its write may have been carried out."""

    code, title = "outcome_unknown", "A request with this Idempotency-Key was interrupted"
    fix = "Find out at the upstream whether it was carried out; to run it anyway, use another Idempotency-Key."


class WrongState(Conflict):
    """A job is not in a state in which this can be done."""

    code, title = "wrong_state", "That is not possible in its present state"


class EtagMismatch(WaygateError):
    """`If-Match` names another version than the stored one."""

    code, status, title = "etag_mismatch", 412, "It has changed since you read it"
    fix = "Read it again, and send the new ETag in `If-Match`."


class TooLarge(WaygateError):
    """A body that is larger than this route takes, or an answer larger than Lambda carries."""

    code, status, title = "too_large", 413, "That is too large"


class UnsupportedMediaType(WaygateError):
    """A body in a media type that this route does not read."""

    code, status, title = "unsupported_media_type", 415, "This route does not read that media type"


class Unprocessable(WaygateError):
    """Readable, and not acceptable."""

    status = 422


class InvalidInput(Unprocessable):
    """Fields that are missing, unknown or of the wrong shape: all of them at once in `errors`."""

    code, title = "invalid_input", "The input is not valid"


class ReservedParameter(Unprocessable):
    """The input tries to set a header or parameter that belongs to the connection or to HTTP itself."""

    code, title = "reserved_parameter", "That parameter cannot be set by input"


class IdempotencyKeyReused(Unprocessable):
    """The `Idempotency-Key` belongs to a request with another input or connection, within the last 24 hours."""

    code, title = "idempotency_key_reused", "This Idempotency-Key belongs to another request"
    fix = "Use a new Idempotency-Key for each new request, and the same one only to repeat it."


class UpstreamRefused(WaygateError):
    """The upstream answered 4xx: the request was not to its liking."""

    code, status, title = "upstream_refused", 424, "The upstream refused the request"


class Throttled(WaygateError):
    """Too many calls; `Retry-After` says when to come back."""

    status = 429
    retryable = True


class RateLimited(Throttled):
    """A limit of our own."""

    code, title = "rate_limited", "Too many requests"


class UpstreamRateLimited(Throttled):
    """The upstream's limit."""

    code, title = "upstream_rate_limited", "The upstream's rate limit is reached"


class UpstreamFault(WaygateError):
    """The upstream did not do its part."""

    status = 502


class UpstreamFailed(UpstreamFault):
    """The upstream answered 5xx."""

    code, title, retryable = "upstream_failed", "The upstream failed", True


class UpstreamUnreachable(UpstreamFault):
    """The name does not resolve, nothing listens, or the connection broke."""

    code, title, retryable = "upstream_unreachable", "The upstream cannot be reached", True


class UpstreamTlsError(UpstreamFault):
    """The upstream's certificate or TLS handshake is not acceptable; nothing was sent."""

    code, title = "upstream_tls_error", "The upstream's TLS is not acceptable"


class UpstreamInvalidResponse(UpstreamFault):
    """The upstream's answer is not what it says it is."""

    code, title = "upstream_invalid_response", "The upstream's answer is not valid"


class UpstreamResponseTooLarge(UpstreamFault):
    """The upstream's answer is larger than Waygate carries."""

    code, title = "upstream_response_too_large", "The upstream's answer is too large"
    fix = "Ask for less: a page size, a filter, or a range."


class Unavailable(WaygateError):
    """A store of ours did not answer; nothing was changed."""

    code, status, title, retryable = "unavailable", 503, "Waygate cannot reach its own store", True


class CircuitOpen(WaygateError):
    """The upstream has just failed too often: no call was made. `Retry-After` says when one may try again."""

    code, status, title, retryable = (
        "circuit_open",
        503,
        "The upstream keeps failing, so it is left alone for now",
        True,
    )


class UpstreamTimeout(WaygateError):
    """The upstream did not answer within the deadline."""

    code, status, title, retryable = "upstream_timeout", 504, "The upstream did not answer in time", True


class DocumentError(Unprocessable):
    """Why a description cannot be imported. Shows as a job's `error`; nothing was changed."""


class MalformedDocument(DocumentError):
    """Neither JSON nor YAML, or cut off: the detail names line and column."""

    code, title = "malformed_document", "The description cannot be parsed"


class NotOpenApi(DocumentError):
    """Readable, and not an OpenAPI 3.0, 3.1 or Swagger 2.0 document."""

    code, title = "not_openapi", "This is not an OpenAPI description"
    fix = "The document needs a member `openapi: 3.x` or `swagger: 2.0` at its top."


class DocumentTooLarge(DocumentError):
    """More than 64 MB of description."""

    code, title = "document_too_large", "The description is too large"


class DocumentTooDeep(DocumentError):
    """Nested beyond what any real description needs."""

    code, title = "document_too_deep", "The description is nested too deeply"


class DocumentTooComplex(DocumentError):
    """YAML aliases that expand to much more than the text, or too many nodes."""

    code, title = "document_too_complex", "The description expands to too much"


class BaseUrlMissing(DocumentError):
    """The description names no server, or a relative one."""

    code, title = "base_url_missing", "The description does not say where the API is"
    fix = 'Add "base_url": "https://…" to the job.'


class SourceUnreachable(DocumentError):
    """The address of the description did not answer with 200."""

    code, title, retryable = "source_unreachable", "The description cannot be fetched", True


class RobotsDenied(DocumentError):
    """The site's robots.txt asks robots not to read this documentation, so it is left alone."""

    code, title = "robots_denied", "The site does not want to be read by robots"
    fix = "Ask its owner, or save the pages and give a description made from them."


class NothingToImport(DocumentError):
    """A valid description without a single usable operation."""

    code, title = "nothing_to_import", "The description holds no usable operation"


def error_classes(root: type[WaygateError] = WaygateError) -> Iterator[type[WaygateError]]:
    """Every class that has a code of its own, in the tree's order."""
    if "code" in vars(root):
        yield root
    for child in root.__subclasses__():
        yield from error_classes(child)
