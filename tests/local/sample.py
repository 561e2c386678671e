"""A small Chalice application that does whatever a test needs, and notes what it was called with."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chalice import Chalice, Rate, Response

TEMPLATE = Path(__file__).parent / "template.yaml"


class ThreadSafeChalice(Chalice):
    """Chalice keeps the request on the application; here on the thread."""

    _state = threading.local()
    current_request = property(
        lambda self: getattr(self._state, "request", None), lambda self, value: setattr(self._state, "request", value)
    )
    lambda_context = property(
        lambda self: getattr(self._state, "context", None), lambda self, value: setattr(self._state, "context", value)
    )


@dataclass
class Sample:
    """The application, and what its handlers were called with and should do."""

    app: Any
    calls: dict[str, list[Any]] = field(default_factory=dict)
    step: Callable[[Any], Any] = lambda event: {"value": event}
    work: Callable[[str], Any] = lambda body: None

    def note(self, name: str, value: Any) -> None:
        self.calls.setdefault(name, []).append(value)

    def forget(self) -> None:
        self.calls.clear()
        self.step = lambda event: {"value": event}
        self.work = lambda body: None


def make_sample(stage: str) -> Sample:
    """A fresh application for the stage."""
    app = ThreadSafeChalice("waygate", configure_logs=False)
    sample = Sample(app)
    _add_routes(app, sample)
    _add_functions(app, sample, stage)
    return sample


def _add_routes(app: Any, sample: Sample) -> None:
    @app.route("/v1/echo/{name}", methods=["GET", "POST"], content_types=[])
    def echo(name: str) -> Any:
        event = app.current_request.to_original_event()
        sample.note("echo", event)
        return {"name": name, "bytes": len(app.current_request.raw_body or b"")}

    @app.route("/v1/echo/fixed", methods=["GET"])
    def fixed() -> Any:
        return {"fixed": True}

    @app.route("/v1/size/{count}", methods=["GET"])
    def size(count: str) -> Any:
        return Response("x" * int(count), headers={"Content-Type": "text/plain"})

    @app.route("/v1/cookies", methods=["GET"])
    def cookies() -> Any:
        return Response("", status_code=204, headers={"Set-Cookie": ["a=1", "b=2"]})

    @app.route("/v1/{proxy+}", methods=["GET"])
    def rest() -> Any:
        return Response({"rest": app.current_request.uri_params["proxy"]}, status_code=404)


def _add_functions(app: Any, sample: Sample, stage: str) -> None:
    @app.lambda_function(name="hello")
    def hello(event: Any, context: Any) -> Any:
        sample.note("hello", event)
        if event.get("raise"):
            raise KeyError(event["raise"])
        return {
            "event": event,
            "function": context.function_name,
            "arn": context.invoked_function_arn,
            "left_ms": context.get_remaining_time_in_millis(),
            "has_request_id": bool(context.aws_request_id),
        }

    @app.lambda_function(name="step")
    def step(event: Any, context: Any) -> Any:
        sample.note("step", event)
        return sample.step(event)

    @app.lambda_function(name="settle_job")
    def settle_job(event: Any, context: Any) -> None:
        sample.note("settle_job", event)

    @app.lambda_function(name="record_invocations")
    def record_invocations(event: Any, context: Any) -> None:
        sample.note("record_invocations", event)

    @app.schedule(Rate(1, unit=Rate.MINUTES), name="sweep")
    def sweep(event: Any) -> Any:
        sample.note("sweep", event.to_dict())
        return "swept"

    @app.on_sqs_message(queue=f"waygate-{stage}-work", batch_size=1, name="worker")
    def worker(event: Any) -> None:
        bodies = [record.body for record in event]
        sample.note("worker", bodies)
        for body in bodies:
            sample.work(body)
