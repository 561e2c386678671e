"""What an import has to say about a description: each thing it repaired, left out or wants looked at.

A finding is of the kind its code belongs to. The tables are the documentation: `docs/importing.md` is made from them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["repaired", "dropped", "warning"]

REPAIRED: Final[dict[str, str]] = {
    "array_items_listed": "`items` was a list, which OpenAPI does not know; it became `prefixItems`.",
    "boolean_exclusive_bound": "`exclusiveMinimum` or `exclusiveMaximum` was a boolean without a bound beside it.",
    "keyword_repaired": "A schema keyword had a value of the wrong type with an obvious meaning, which it now has.",
    "operation_id_duplicate": "Several operations have one `operationId`; all but one are named after their path.",
    "parameter_schema_moved": "A parameter stated its type beside `schema` instead of in it.",
    "path_fragment_removed": "A path ended in `#…`, which is never sent.",
    "path_parameter_added": "The path names a parameter that is not declared; it is asked for as a string.",
    "path_parameter_required": "A path parameter was marked optional; a path is not complete without it.",
    "path_query_moved": "A path held a query string: fixed pairs are sent as constants, `{variables}` are asked for.",
    "path_repaired": "A path did not begin with `/`, held white space, or a pattern for a parameter (`{id:[0-9]+}`).",
    "reference_repaired": "A `$ref` pointed to the right thing in the wrong words.",
    "server_repaired": "A server address lacked its scheme, or held variables where an address cannot, or a query.",
    "server_variable_added": "A server address uses a variable that is not declared.",
    "swagger_body_merged": "An operation had several body parameters, or body and form parameters together.",
    "type_repaired": "A schema `type` that JSON does not know was read as the one it means.",
}

DROPPED: Final[dict[str, str]] = {
    "body_unusable": "The request body cannot be described; the operation is called without one.",
    "method_unsupported": "An operation's method is none that calls have (`query`, or one of `additionalOperations`).",
    "operation_invalid": "An operation does not fit what an action can be.",
    "operation_not_an_object": "An operation, or the path that holds it, is not an object.",
    "operation_unresolved": "An operation needs something that a `$ref` does not lead to.",
    "parameter_duplicate": "A parameter is declared twice with the same name and place; the first one counts.",
    "parameter_invalid": "A parameter has no name, or no place that OpenAPI knows.",
    "parameter_reserved": "A parameter is the credential's or the transport's own; an action's input never sets it.",
    "parameter_unresolved": "A parameter is a `$ref` that leads nowhere, or out of the document.",
    "path_parameter_unused": "A path parameter is declared that the path does not name.",
    "response_unresolved": "A response is a `$ref` that leads nowhere, or out of the document: its output is unknown.",
    "schema_keyword_invalid": "A schema keyword has a value that means nothing; it is not enforced.",
    "tag_unusable": "A tag holds no letter or digit that a tag may have.",
}

WARNINGS: Final[dict[str, str]] = {
    "archive_entry": "Several files of the zip archive could be the description; one was chosen.",
    "auth_alternatives": "The description offers several ways to authenticate; one was chosen.",
    "auth_combined": "Several secret headers go together; the connection takes them by name.",
    "auth_other_needed": "An operation names another credential than the integration's, which is sent all the same.",
    "auth_prefix_assumed": "An HTTP authentication scheme is not a common one; its name is put before the token.",
    "auth_prefix_unclear": "The Authorization header is declared as an API key: its value includes any prefix.",
    "auth_scopes_all": "No operation names the scopes that it needs; all that are declared will be asked for.",
    "auth_unknown": "The description does not say how calls authenticate.",
    "auth_unsupported": "A way to authenticate is not supported; the detail says what is missing.",
    "auth_urls_missing": "An OAuth scheme does not say where its endpoints are, and they could not be discovered.",
    "base_url_from_document": "The server address is relative; it was joined to the address of the description.",
    "base_url_stand_in": "The pages show a host that stands for one of your own; name it by the job's base URL.",
    "description_elsewhere": "A page names a machine-readable description on another site; it was not asked for.",
    "description_found": "A machine-readable description was found where documentation was given.",
    "dynamic_ref": "A `$dynamicRef` is read as a plain `$ref`.",
    "edit_kept": "The description has changed what was edited by hand; the edit is kept.",
    "edit_lost": "An edit made by hand does not fit the description any more; the description's word holds.",
    "endpoint_left_out": "A page shows what looks like an endpoint, and is none of this API's; the detail says why.",
    "endpoint_unverified": "No page shows this method and path together, word for word; it is only accepted by name.",
    "example_mismatch": "An example in the description does not fit the schema beside it: one of the two is wrong.",
    "external_ref": "A `$ref` leads to a file or another address that was not read; its schema is not checked.",
    "field_without_quote": "A field has no quote that proves it; the action is only accepted by name.",
    "file_unread": "A file that the description refers to could not be read; the detail says why.",
    "findings_cut": "More findings of one code than are listed.",
    "method_guessed": "No page names the method of this endpoint; it is only accepted by name.",
    "model_budget": "The job's tokens were spent before the model had read every page.",
    "model_claims_dropped": "A model claimed what the page does not say word for word; it was dropped.",
    "model_failed": "A model could not be used for some pages; what rules read of them stands.",
    "opinions_cut": "Checking examples, or the strict reader, stopped at its bound; the rest was not looked at.",
    "operation_server_ignored": "An operation or path names a server of its own; the integration's is used.",
    "pages_unread": "Some pages were fetched and could not be read.",
    "path_parameter_deduced": "Pages show a path with example values only; which of them are parameters was deduced.",
    "pattern_unsupported": "A `pattern` needs more than a linear-time engine does; it is kept as `x-waygate-pattern`.",
    "postman_merged": "Several requests of a collection have one method and path; they became one operation.",
    "reference_missing": "A `$ref` leads to nothing; what it would describe is not checked.",
    "schema_branches": "Alternatives multiply beyond the limit; they are not checked.",
    "schema_too_deep": "A schema is nested beyond the limit; what lies deeper is not checked.",
    "schema_too_large": "What a schema refers to has more parts than the limit; it is not checked.",
    "scheme_assumed": "The description does not say http or https; https is used.",
    "server_variable_secret": "A variable of the server address looks like a credential, which a connection's config "
    "refuses to hold. Import again with a base URL that lacks it, and an auth scheme that says where else it goes.",
    "servers_several": "The description names several servers; one was chosen.",
    "strict_reader": "A strict reader of OpenAPI, asked for a second opinion, objects to this operation.",
    "swagger_collection_format": "A `collectionFormat` has no counterpart in OpenAPI 3; commas are used.",
    "types_conflict": "Pages contradict each other about a type; one was chosen.",
    "webhooks_ignored": "The description names webhooks: calls that the API makes. They become no actions.",
}

CODES: Final[dict[str, str]] = {**REPAIRED, **DROPPED, **WARNINGS}
_MOST_POINTER: Final = 2_000
MOST_OF_ONE_CODE: Final = 500  # a hostile document could otherwise fill the draft with them


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding: its code (see the tables), where in the description (RFC 6901), and what exactly."""

    code: str
    pointer: str
    detail: str

    @property
    def kind(self) -> Kind:
        """Which table the code is in."""
        if self.code in REPAIRED:
            return "repaired"
        return "dropped" if self.code in DROPPED else "warning"


class Findings:
    """Collects findings in order, each once."""

    def __init__(self, notes: Iterable[tuple[str, str, str]] = ()) -> None:
        """`notes` are findings to begin with, as ``(code, pointer, detail)``."""
        self._seen: dict[Finding, None] = {}
        self._counts: Counter[str] = Counter()
        for note in notes:
            self.add(*note)

    def add(self, code: str, pointer: str, detail: str) -> None:
        """Note one finding. `code` must be in `CODES`."""
        finding = Finding(code, pointer[:_MOST_POINTER], detail[:500])
        if finding in self._seen:
            return
        self._counts[CODES[code] and code] += 1
        if self._counts[code] <= MOST_OF_ONE_CODE:
            self._seen[finding] = None

    @property
    def counts(self) -> dict[str, int]:
        """How often each code was found, those that were cut included."""
        return dict(sorted(self._counts.items()))

    def of(self, kind: Kind) -> tuple[Finding, ...]:
        """The findings of one kind; warnings end with what was cut."""
        found = [finding for finding in self._seen if finding.kind == kind]
        if kind == "warning":
            found += [
                Finding("findings_cut", "", f"{count - MOST_OF_ONE_CODE} more of {code}")
                for code, count in self._counts.items()
                if count > MOST_OF_ONE_CODE
            ]
        return tuple(found)


class Unusable(Exception):
    """One operation, parameter or response cannot be used; its reader catches this and notes a finding."""

    def __init__(self, code: str, pointer: str, detail: str) -> None:
        super().__init__(detail)
        self.finding = Finding(code, pointer, detail)
