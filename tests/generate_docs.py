"""Writes the parts of the documentation that are made from the code: `python -m tests.generate_docs`.

`test_docs.py` fails where what is checked in differs from what this makes.
"""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import Any

from chalicelib.errors import WaygateError, error_classes
from chalicelib.observability import METRICS
from chalicelib.registry import profile as profile_module
from chalicelib.registry.profile import Profile
from chalicelib.scraper import findings
from chalicelib.settings import Caps, Settings
from infra import costs as costs_of
from tests import metrics as emitted_metrics
from tests import requirements

DOCS = Path(__file__).parent.parent / "docs"


def errors() -> str:
    """`docs/errors.md`"""
    lines = [
        "# Errors",
        "Every error is an `application/problem+json` document (RFC 9457) with `type`, `title`, `status`, `code`, `detail`,",
        "`retryable`, `request_id` and, where there is something to say, `suggested_fix`, `errors` (each fault as",
        "`{pointer, code, detail}`) and `upstream` (`{status, attempts, body}`). A failed job carries `{code, detail,",
        'suggested_fix}` of the same codes. A write that may have happened carries `outcome: "unknown"`.',
        "",
        "The status says whose fault it is: 4xx the caller's (424: the upstream refused), 502 and 504 the upstream's, 500 and",
        "503 ours.",
        "",
        "| status | code | what it means | a retry can help |",
        "|---|---|---|---|",
    ]
    for error in sorted(error_classes(WaygateError), key=lambda e: (e.status, e.code)):
        meaning = " ".join((inspect.getdoc(error) or "").split("\n\n")[0].split())
        lines.append(f"| {error.status} | `{error.code}` | {meaning} | {'yes' if error.retryable else 'no'} |")
    return "\n".join(lines) + "\n"


def settings() -> str:
    """`docs/settings.md`"""
    lines = [
        "# Settings",
        "What the environment may say. A wrong value stops the start with a message that names the variable.",
        "",
        "| variable | default | meaning |",
        "|---|---|---|",
    ]
    for name, field in Settings.model_fields.items():
        default = ", ".join(map(str, field.default)) if isinstance(field.default, tuple) else field.default
        lines.append(f"| `WAYGATE_{name.upper()}` | `{default}` | {field.description} |")
    lines += [
        "",
        "## Caps",
        "Bounds that nobody should need to change: constants of `chalicelib.settings.Caps`. Bytes are bytes; names that end",
        "in `_S` are seconds.",
        "",
        "| cap | value |",
        "|---|---|",
    ]
    lines += [f"| `{name}` | {value:,} |" for name, value in vars(Caps).items() if name.isupper()]
    return "\n".join(lines) + "\n"


def importing() -> str:
    """`docs/importing.md`"""
    lines = [
        "# Importing a description",
        "Whatever the version (OpenAPI 3.1, 3.0, Swagger 2.0; JSON or YAML), a description becomes one OpenAPI 3.1 document,",
        "and one reader makes actions of that. One bad operation, parameter or schema never sinks the rest: the draft says",
        "what was repaired, what was dropped and what to look at, each with its code, its JSON pointer and the detail.",
        "",
        "A description that says nothing of its base URL or its authentication gets both from the job (`--base-url`,",
        "`--auth-json`). Importing again shows what was added, changed and removed; nothing is removed unless you name it.",
        "",
        "An integration leaves as a *pack*, `GET /integrations/{i}/pack`: all of it but credentials, as a file for git. Elsewhere",
        "`waygate add shop.pack.json` imports it as any description is: reviewed, merged with what is there, held to the bounds.",
    ]
    tables = (("Repaired", findings.REPAIRED), ("Dropped", findings.DROPPED), ("Warnings", findings.WARNINGS))
    for title, codes in tables:
        lines += ["", f"## {title}", "| code | meaning |", "|---|---|"]
        lines += [f"| `{code}` | {meaning} |" for code, meaning in sorted(codes.items())]
    return "\n".join(lines) + "\n"


def profile() -> str:
    """`docs/profile.md`"""
    lines = [
        "# Profiles",
        "An integration's `profile` holds the quirks of its upstream, as data: nothing in the code knows a provider by name.",
        "Every field has a default that is the plain standard, all of it is checked when it is stored (422 with a pointer to",
        'each fault), and `PATCH /integrations/{i}` with `{"profile": {…}}` changes it by merge patch (RFC 7396).',
        "",
        "Where a credential goes is the integration's `auth`: `in` (header, query, cookie, body), `name`, `prefix`, a `template`",
        'such as `Token token="{value}"` instead of a prefix, and `fixed_password` for a key in the place of a user. Several',
        "secrets are `custom_headers`. Other approved origins are the integration's `hosts`; an action names one as `server`.",
    ]
    waiting: list[Any] = [Profile]
    for model in waiting:
        lines += ["", f"## {model.__name__}", " ".join((inspect.getdoc(model) or "").split()), ""]
        lines += ["| field | type | default | meaning |", "|---|---|---|---|"]
        schema = model.model_json_schema(by_alias=True, ref_template="{model}")
        for name, field in schema["properties"].items():
            default = "required" if name in schema.get("required", ()) else f"`{json.dumps(field.get('default', {}))}`"
            lines.append(f"| `{name}` | {_kind(field)} | {default} | {field.get('description', '')} |")
        known = {one.__name__ for one in waiting}
        named = [name for name in schema.get("$defs", {}) if name not in known]
        waiting += [getattr(profile_module, name) for name in named]
    return "\n".join(lines) + "\n"


def _kind(field: dict[str, Any]) -> str:
    """A JSON Schema type in a few words."""
    if "$ref" in field:
        return f"[{field['$ref']}](#{field['$ref'].lower()})"
    if "enum" in field:
        return ", ".join(f"`{value}`" for value in field["enum"])
    if "anyOf" in field:
        return " or ".join(_kind(one) for one in field["anyOf"])
    if field.get("type") == "array":
        return f"list of {_kind(field['items'])}"
    if field.get("type") == "object":
        values = field.get("additionalProperties") or next(iter(field.get("patternProperties", {}).values()), {})
        return f"object of {_kind(values)}"
    return str(field.get("type", "any"))


def api() -> str:
    """`docs/api.md`"""
    import app

    endpoints = sorted(app.app.endpoints, key=lambda e: (e.path, e.method))
    lines = [
        "# The API",
        "JSON, snake_case, times in RFC 3339 UTC. Every answer has `Request-Id` and `Cache-Control: no-store`. Lists are",
        '`{"data": […], "next_cursor": null}` and take `limit` (1–100) and `cursor`. `PATCH` is a merge patch (RFC 7396);',
        "definitions have an `ETag` and honour `If-Match`. Requests are at most 4 MB as received (1 MB outside invocations,",
        "jobs and uploads); `Content-Encoding: gzip` is accepted. Errors: [errors.md](errors.md).",
        "",
        "All paths are below `/api/v1` and, but for `/health` and `/openapi.json`, need `Authorization: Bearer wg_live_…`.",
        "`GET /api/v1/openapi.json` describes all of this as OpenAPI 3.1, shapes and errors included.",
        "",
        "| method | path | scope | what it does |",
        "|---|---|---|---|",
    ]
    for endpoint in endpoints:
        scope = endpoint.scope or (
            "—"
            if "health" in endpoint.path or endpoint.path == "/v1/openapi.json"
            else "`invoke`"
            if endpoint.is_public
            else "any key"
        )
        told = " ".join((inspect.getdoc(endpoint.handler) or "").split("\n\n")[0].split())
        path = endpoint.path.removeprefix("/v1")
        lines.append(
            f"| {endpoint.method} | `{path}` | {scope if scope.startswith(('`', '—', 'any')) else f'`{scope}`'} | {told} |"
        )
    lines += [
        "",
        "## Invoking",
        "The body of `POST /actions/{integration}/{action}` is the action's input and nothing else: path, query, header and",
        "cookie parameters and the members of an object body side by side. Headers:",
        "",
        "| header | meaning |",
        "|---|---|",
        "| `Waygate-Connection` | which connection; else the only one, or `default` |",
        "| `Waygate-Timeout` | seconds that the caller allows, at most 25 |",
        "| `Idempotency-Key` | the same request again within 24 h gets the same answer, and is run once ([gateway.md](gateway.md)) |",
        "| `Waygate-Response: raw` | the upstream's status, content type and bytes instead of the envelope |",
        "",
        "`?dry_run=true` answers with the exact masked request, and calls nothing. Success is always 200; the upstream's own",
        "status is in `meta.upstream.status`. What is not JSON comes as `{content_type, text | base64}`; 204 as `data: null`.",
    ]
    return "\n".join(lines) + "\n"


def metrics() -> str:
    """`docs/metrics.md`"""
    lines = [
        "# Metrics",
        "What Waygate counts besides what AWS counts by itself. Each is a line in CloudWatch's embedded metric format on",
        "standard output, so it costs no call: namespace `Waygate`, by `stage`, and by `stage` with the dimension named here.",
        "The line carries `request_id` and `trace_id` as well, which are no dimensions: Logs Insights finds them.",
        "",
        "| metric | unit | also by | what it tells | emitted in |",
        "|---|---|---|---|---|",
    ]
    for name, meaning in METRICS.items():
        places = [one for one in emitted_metrics.emitted() if one.name == name]
        unit = "milliseconds" if name.endswith("_ms") else "count"
        by = ", ".join(sorted({f"`{dimension}`" for one in places for dimension in one.dimensions})) or "—"
        files = ", ".join(f"[{one.module.removeprefix('chalicelib/')}](../{one.module})" for one in places)
        lines.append(f"| `{name}` | {unit} | {by} | {meaning} | {files} |")
    return "\n".join(lines) + "\n"


def costs() -> str:
    """`docs/costs.md`"""
    lines = [
        "# What it costs",
        "Estimates of a month's bill, from list prices and from quantities that the code fixes, that were measured, or that are",
        "said to be assumed. They are computed by `infra/costs.py` (`python -m infra.costs`), from which this page is made:",
        "change a quantity there, and read the new sum. No bill of a real deployment stands behind them yet.",
        "",
        f"Prices are published ones of {costs_of.REGION}, entered by hand in {costs_of.ENTERED_IN}, before free tiers, discounts and",
        "taxes; compare them with the pages named below before you rely on them. The free tiers that do not end (a million Lambda requests and 400,000 GB-seconds, three dashboards, ten alarm",
        "metrics, ten custom metrics, 5 GB of logs, 25 GB in DynamoDB, a terabyte and ten million requests from CloudFront) take",
        "most of the first table, unless something else in the account has used them up.",
        "",
        costs_of.tables(),
        "## What moves the sum",
        "- **The wait for upstreams** is most of Lambda's part: the price is of wall time, not of work. An integration whose",
        "  upstream takes 3 s instead of 0.3 s costs 45 US dollars more for a million calls.",
        "- **Custom metrics** are three for each integration that is called, so a hundred integrations are 90 US dollars. Take the",
        "  dimension out of `emit_metrics` in `gateway/story.py` if you do not look at it.",
        "- **Short-lived tokens** are refreshed whether or not anybody calls, and most of that is DynamoDB. The audit of refreshes",
        "  is most of the storage: `WAYGATE_AUDIT_DAYS` says how long it is kept.",
        "- **What is not here**: WAF (`web_acl`: 5 US dollars, 1 for each of three rules, 0.60 for a million requests), a model for",
        "  reading documentation (the job says what it has cost), X-Ray (5 US dollars for a million traces), recorded bodies (one",
        "  write a call), traffic to upstreams (0.09 a GB out of Lambda), a NAT gateway (there is none: no function is in a VPC).",
        "",
        "## Prices",
        costs_of.price_table(),
    ]
    return "\n".join(lines) + "\n"


def security() -> str:
    """`docs/security.md`: its prose from `docs/security.in.md`, and the table of requirements."""
    named = requirements.tests_by_requirement(Path(__file__).parent)
    lines = ["| id | what must hold | proved by |", "|---|---|---|"]
    for number, (owner, sentence) in requirements.REQUIREMENTS.items():
        by_file: dict[str, int] = {}
        for test in named[number]:
            by_file[test.partition("::")[0]] = by_file.get(test.partition("::")[0], 0) + 1
        proved = ", ".join(f"[{path.removeprefix('tests/')}](../{path}) ({count})" for path, count in by_file.items())
        if owner not in requirements.FINISHED:
            proved = f"planned ({owner})" + (f"; so far {proved}" if proved else "")
        lines.append(f"| {number} | {sentence} | {proved} |")
    return (DOCS / "security.in.md").read_text().replace("<!-- requirements -->", "\n".join(lines))


GENERATED = {
    "errors.md": errors,
    "settings.md": settings,
    "importing.md": importing,
    "api.md": api,
    "profile.md": profile,
    "metrics.md": metrics,
    "costs.md": costs,
    "security.md": security,
}

if __name__ == "__main__":
    for name, make in GENERATED.items():
        (DOCS / name).write_text(make())
