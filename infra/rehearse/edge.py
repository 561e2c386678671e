"""CloudFront and API Gateway as the edge stack and `chalice deploy` describe them, on https://localhost.

One distribution is served: its behaviours choose an origin by the path, its response-header policies are applied, its
secret header is sent; the API's stage answers with what its effective deployment says. The client's TLS must trust
`Edge.certificate`.
"""

from __future__ import annotations

import fnmatch
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from infra.local import backends
from infra.local.gateway import Answer, Gateway, Request
from infra.local.server import Server
from infra.rehearse import apigateway, certificate, cloudformation

_ADDRESS: Final = "198.51.100.17"  # CloudFront's own, as API Gateway sees it
_CLIENT: Final = "203.0.113.9"
_RESOLVE: Final = re.compile(r"\{\{resolve:secretsmanager:([^:}]+)\}\}")
_API_HOST: Final = re.compile(r"([a-z0-9]+)\.execute-api\..*")

Invoke = Callable[[str, bytes, bool], "tuple[bytes, bool] | None"]


class Edge:
    """Serves the distribution from its construction to `stop`; until there is one, all is answered 503."""

    def __init__(self, folder: Path, invoke: Invoke) -> None:
        """`folder` takes the certificate; functions behind the API are called by `invoke`."""
        self.certificate = certificate.self_signed(folder / "localhost.pem", "localhost")
        self._invoke = invoke
        self._deployed: apigateway.Deployed | None = None
        self._gateway: Any = None
        self._server = Server(0, self._answer, certificate=self.certificate)
        cloudformation.domains.append(f"localhost:{self._server.port}")

    def stop(self) -> None:
        """Closes the port."""
        self._server.stop()
        cloudformation.domains.pop()

    def _answer(self, request: Request) -> Answer:
        distributions = cloudformation.kept.get("AWS::CloudFront::Distribution", {})
        if not distributions:
            return Answer(503, [("Content-Type", "text/plain")], b"no distribution\n")
        (properties,) = distributions.values()
        config = properties["DistributionConfig"]
        behaviour = next(
            (each for each in config["CacheBehaviors"] if fnmatch.fnmatchcase(request.target, each["PathPattern"])),
            config["DefaultCacheBehavior"],
        )
        if request.method not in behaviour["AllowedMethods"]:
            return Answer(403, [("Content-Type", "text/plain")], b"method not allowed here\n")
        (origin,) = [each for each in config["Origins"] if each["Id"] == behaviour["TargetOriginId"]]
        if "S3OriginConfig" in origin:
            answer = _from_bucket(request, origin, config["DefaultRootObject"])
        else:
            answer = self._from_api(request, origin)
        return _with_policy(answer, behaviour["ResponseHeadersPolicyId"])

    def _from_api(self, request: Request, origin: dict[str, Any]) -> Answer:
        """The origin sees CloudFront's address, the client's beside it, the secret, and its own host."""
        match = _API_HOST.fullmatch(origin["DomainName"])
        stage = request.target.split("/")[1]
        deployed = apigateway.deployed(match[1], stage) if match else None
        if deployed is None:
            return Answer(403, [("Content-Type", "application/json")], b'{"message":"Forbidden"}')
        sent = {header["HeaderName"]: [_resolved(header["HeaderValue"])] for header in origin["OriginCustomHeaders"]}
        headers = {**request.headers, "Host": [origin["DomainName"]], "X-Forwarded-For": [_CLIENT], **sent}
        if deployed is not self._deployed:
            self._deployed, self._gateway = (
                deployed,
                Gateway(_Application(deployed, self._invoke), "", deployed.responses),
            )
        return self._gateway.answer(
            Request(request.method, request.target, request.query, headers, _ADDRESS, request.read)
        )


class _Application:
    """The Lambda integrations of a deployed definition, in the form that the gateway knows an application by."""

    def __init__(self, deployed: apigateway.Deployed, invoke: Invoke) -> None:
        self._invoke = invoke
        self._functions: dict[tuple[str, str], str] = {}
        self.routes: dict[str, list[str]] = {}
        for path, operations in deployed.document["paths"].items():
            for method, operation in operations.items():
                uri = operation["x-amazon-apigateway-integration"]["uri"]
                self._functions[path, method.upper()] = uri.split(":function:")[1].split("/")[0]
                self.routes.setdefault(path, []).append(method.upper())

    def __call__(self, event: dict[str, Any], _context: Any) -> Any:
        name = self._functions[event["resource"], event["httpMethod"]]
        answer = self._invoke(name, json.dumps(event).encode(), False)
        if answer is None or answer[1]:
            raise RuntimeError(f"{name}: {answer[0][:500]!r}" if answer else f"there is no function {name}")
        return json.loads(answer[0])


def _from_bucket(request: Request, origin: dict[str, Any], root: str) -> Answer:
    """An object, with the headers that it was stored with; S3 says 403 of one that is not there to who may not list."""
    bucket = backends.s3().buckets[origin["DomainName"].split(".s3")[0]]
    stored = bucket.keys.get(request.target.lstrip("/") or root)
    if stored is None:
        return Answer(403, [("Content-Type", "application/xml")], b"<Error><Code>AccessDenied</Code></Error>")
    told = {name.title(): value for name, value in stored.metadata.items()}
    wanted = {name: told[name] for name in ("Content-Type", "Cache-Control") if name in told}
    return Answer(200, list(wanted.items()), stored.value)


def _with_policy(answer: Answer, policy_id: str) -> Answer:
    """The answer with the headers of its response-headers policy, which override the origin's."""
    properties = cloudformation.kept["AWS::CloudFront::ResponseHeadersPolicy"][policy_id]
    config = properties["ResponseHeadersPolicyConfig"]
    told = config["SecurityHeadersConfig"]
    made = {"X-Content-Type-Options": "nosniff"} if "ContentTypeOptions" in told else {}
    if hsts := told.get("StrictTransportSecurity"):
        made["Strict-Transport-Security"] = f"max-age={hsts['AccessControlMaxAgeSec']}" + "; includeSubDomains" * (
            str(hsts["IncludeSubdomains"]).lower() == "true"
        )
    for member, name, key in (
        ("FrameOptions", "X-Frame-Options", "FrameOption"),
        ("ReferrerPolicy", "Referrer-Policy", "ReferrerPolicy"),
        ("ContentSecurityPolicy", "Content-Security-Policy", "ContentSecurityPolicy"),
    ):
        if member in told:
            made[name] = told[member][key]
    made |= {item["Header"]: item["Value"] for item in config.get("CustomHeadersConfig", {}).get("Items", [])}
    overridden = {name.lower() for name in made}
    kept = [(name, value) for name, value in answer.headers if name.lower() not in overridden]
    return Answer(answer.status, [*kept, *made.items()], answer.body)


def _resolved(value: str) -> str:
    """A dynamic reference to a secret, as CloudFormation resolves it."""
    return _RESOLVE.sub(lambda found: str(_secret(found[1])), value)


def _secret(name: str) -> Any:
    import boto3

    return boto3.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]
