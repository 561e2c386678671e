"""AWS as far as a deployment of Waygate goes, on one machine: what `make deploy` speaks to in the rehearsal.

moto answers the AWS calls of other processes; functions run from their deployed packages; the queues, schedules, log
subscription and rule for failed executions that were deployed do their work; the distribution is on https://localhost.

    with Cloud(folder, upstreams={"demo.example.com": 8788}) as cloud:
        subprocess.run(…, env=cloud.environment)
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

from infra.local import backends, environment, patches
from infra.rehearse import apigateway, awslambda, cloudformation

environment.prepare("dev")  # before boto3 makes its first session
patches.apply()
apigateway.install()
cloudformation.install()
awslambda.install()

from infra.local.endpoint import Endpoint  # noqa: E402
from infra.local.events import Queues, scheduled_event  # noqa: E402
from infra.local.executions import status_change  # noqa: E402
from infra.local.patches import stepfunctions  # noqa: E402
from infra.local.patches.awslambda import route_to  # noqa: E402
from infra.rehearse import internet  # noqa: E402
from infra.rehearse.edge import Edge  # noqa: E402
from infra.rehearse.logs import Logs  # noqa: E402
from infra.rehearse.runtime import Runtime, unpacked  # noqa: E402
from infra.rehearse.sandbox import Configuration  # noqa: E402

_FAILURES: Final = frozenset({"FAILED", "TIMED_OUT", "ABORTED"})


class Cloud:
    """An AWS account with nothing in it, from `start` to `stop`."""

    def __init__(self, folder: Path, upstreams: Mapping[str, int]) -> None:
        """`folder` takes unpacked packages and the edge's certificate; `upstreams` are hosts with their local ports."""
        self._folder, self._upstreams = folder, dict(upstreams)
        self._stops: list[Callable[[], None]] = []
        self._queues: dict[str, Queues] = {}
        self._executions: set[str] = set()  # that run, or whose end is being told
        self._ended = threading.Condition()
        self._mutex = threading.Lock()

    def start(self) -> Cloud:
        """Opens the AWS endpoint and the edge."""
        backends.reset()
        self._endpoint = Endpoint(0)
        self._stops.append(self._endpoint.stop)
        self.runtime = Runtime(self._find, self._write_line)
        self._stops.append(self.runtime.close)
        self._logs = Logs(self.runtime.invoke)
        self._stops.append(self._logs.stop)
        self.edge = Edge(self._folder, self.runtime.invoke)
        self._stops.append(self.edge.stop)
        self._wrapper = internet.write_wrapper(self._folder)
        route_to(self.runtime.invoke)
        self._stops.append(lambda: route_to(None))
        self._stops.append(stepfunctions.listen(self._on_start, self._on_end))
        return self

    def stop(self) -> None:
        """Ends everything."""
        for queues in self._queues.values():
            queues.stop()
        while self._stops:
            self._stops.pop()()

    def __enter__(self) -> Cloud:
        return self.start()

    def __exit__(self, *exception: object) -> None:
        self.stop()

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs that deploys to this cloud, or calls what is deployed."""
        mine = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "WAYGATE_"))}
        return {
            **mine,
            "AWS_ENDPOINT_URL": self._endpoint.url,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",  # nosec B106
            "AWS_DEFAULT_REGION": backends.REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "SSL_CERT_FILE": str(self._trusted()),
            "REQUESTS_CA_BUNDLE": str(self._trusted()),
        }

    def fire(self, function_name: str) -> Any:
        """A schedule is due: the rule that has the function for its target invokes it. Its answer."""
        for rule in _rules():
            for target in rule.targets:
                if target["Arn"].endswith(f":function:{function_name}") and rule.scheduled_expression:
                    return self._invoked(function_name, scheduled_event(rule.arn))
        raise LookupError(f"no schedule has {function_name} for its target")

    def drain(self, timeout_s: float = 120.0) -> None:
        """Waits until nothing is under way: invocations, executions, and lines of the log. Raises `TimeoutError`."""
        self.runtime.drain(timeout_s)
        with self._ended:
            if not self._ended.wait_for(lambda: not self._executions, timeout_s):
                raise TimeoutError(f"still running: {', '.join(self._executions)}")
        self._logs.drain(timeout_s)

    def consume(self) -> None:
        """Begins to hand the messages of queues to the functions that they are mapped to, as far as that is new."""
        with self._mutex:
            for mapping in list(awslambda.functions()._event_source_mappings.values()):
                name, queue = mapping.function_arn.rpartition(":")[2], mapping.event_source_arn.rpartition(":")[2]
                if name not in self._queues:
                    source = SimpleNamespace(name=name, queue=queue, queue_arn=mapping.event_source_arn)
                    self._queues[name] = Queues(SimpleNamespace(event_sources=[source]), self._as_functions())
                    self._queues[name].start()

    def _as_functions(self) -> Any:
        return SimpleNamespace(full_name=lambda name: name, invoke=self.runtime.invoke)

    def _invoked(self, name: str, event: dict[str, Any]) -> Any:
        answer = self.runtime.invoke(name, json.dumps(event).encode())
        if answer is None or answer[1]:
            raise RuntimeError(f"{name}: {answer[0].decode()}" if answer else f"there is no function {name}")
        return json.loads(answer[0])

    def _find(self, name: str) -> Configuration | None:
        """The function as it is deployed now."""
        try:
            function = awslambda.functions().get_function(name)
        except Exception as error:
            if "ResourceNotFound" in type(error).__name__ or "UnknownFunction" in type(error).__name__:
                return None
            raise
        own = {
            "AWS_ENDPOINT_URL": self._endpoint.url,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",  # nosec B106
            "AWS_LAMBDA_EXEC_WRAPPER": str(self._wrapper),
            internet.VARIABLE: json.dumps(self._upstreams),
        }
        return Configuration(
            name=name,
            code=unpacked(function.code_bytes, self._folder),
            handler=function.handler,
            arn=function.function_arn,
            environment={**(function.environment_vars or {}), **own},
            timeout_s=float(function.timeout),
            memory_mb=int(function.memory_size),
        )

    def _write_line(self, name: str, line: str) -> None:
        self._logs.write(name, line)

    def _on_start(self, execution: Any) -> None:
        with self._ended:
            self._executions.add(execution.exec_arn)

    def _on_end(self, execution: Any) -> None:
        try:
            if execution.status in _FAILURES:
                self._tell_rules(execution)
        finally:
            with self._ended:
                self._executions.discard(execution.exec_arn)
                self._ended.notify_all()

    def _tell_rules(self, execution: Any) -> None:
        """A rule of EventBridge whose pattern fits the end of an execution invokes its targets."""
        event = json.loads(status_change(execution))
        for rule in _rules():
            if rule.event_pattern and rule.event_pattern.matches_event(event):
                for target in rule.targets:
                    self.runtime.invoke(target["Arn"].rpartition(":")[2], json.dumps(event).encode())

    def _trusted(self) -> Path:
        """The authorities that this machine trusts, and the edge's."""
        import certifi

        bundle = self._folder / "authorities.pem"
        if not bundle.exists():
            own = self.edge.certificate.read_bytes()
            begin = own.index(b"-----BEGIN CERTIFICATE-----")
            bundle.write_bytes(Path(certifi.where()).read_bytes() + own[begin:])
        return bundle


def _rules() -> list[Any]:
    from moto.events.models import events_backends

    buses = events_backends[backends.ACCOUNT][backends.REGION].event_buses.values()
    return [rule for bus in buses for rule in bus.rules.values()]
