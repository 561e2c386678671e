"""Schedules, queues and the invocation log."""

from __future__ import annotations

import base64
import datetime as dt
import gzip
import json
from typing import Any
from unittest import mock

import pytest

from infra.local.events import CONSUMERS_PER_QUEUE
from infra.local.logs import InvocationLog
from infra.local.schedules import next_due
from infra.local.standin import LocalAws
from tests.local.conftest import STAGE, eventually
from tests.local.sample import Sample


def test_messages_are_handled_one_by_one_and_then_gone(aws: LocalAws, client: Any, sample: Sample) -> None:
    for number in range(5):
        client("sqs").send_message(QueueUrl=aws.outputs["WorkUrl"], MessageBody=f"m{number}")
    aws.drain()
    assert sorted(sample.calls["worker"]) == [[f"m{number}"] for number in range(5)]


def test_a_message_whose_handler_raises_comes_back_and_ends_in_the_dead_letter_queue(
    aws: LocalAws, client: Any, sample: Sample
) -> None:
    def fail(body: str) -> None:
        raise ValueError(body)

    sample.work = fail
    client("sqs").send_message(QueueUrl=aws.outputs["WorkUrl"], MessageBody="poison")
    aws.drain()
    assert sample.calls["worker"] == [["poison"], ["poison"]]
    dead = client("sqs").get_queue_url(QueueName=f"waygate-{STAGE}-dead")["QueueUrl"]
    (message,) = client("sqs").receive_message(QueueUrl=dead)["Messages"]
    assert message["Body"] == "poison"


def test_nobody_asks_an_empty_queue(aws: LocalAws, client: Any) -> None:
    asked = mock.Mock(wraps=aws.queues._client.receive_message)
    with mock.patch.object(aws.queues._client, "receive_message", asked):
        client("sqs").send_message(QueueUrl=aws.outputs["WorkUrl"], MessageBody="one")
        aws.drain()

    assert 1 <= asked.call_count <= CONSUMERS_PER_QUEUE  # at most once by each, for the one message


def test_a_schedule_is_fired_by_hand(aws: LocalAws, sample: Sample) -> None:
    assert aws.fire("sweep") == "swept"
    (event,) = sample.calls["sweep"]
    assert (event["source"], event["detail-type"]) == ("aws.events", "Scheduled Event")


@pytest.mark.parametrize(
    ("expression", "due"),
    [
        ("rate(1 minute)", "2026-11-24 01:31:30"),
        ("rate(5 minutes)", "2026-11-24 01:35:30"),
        ("rate(2 hours)", "2026-11-24 03:30:30"),
        ("rate(1 day)", "2026-11-25 01:30:30"),
        ("cron(0 3 * * ? *)", "2026-11-24 03:00:00"),
        ("cron(0/15 * * * ? *)", "2026-11-24 01:45:00"),
        ("cron(30 1 * * ? *)", "2026-11-25 01:30:00"),
        ("cron(0 8 ? * MON-FRI *)", "2026-11-24 08:00:00"),
        ("cron(0 8 ? * SUN,7 *)", "2026-11-28 08:00:00"),
        ("cron(0 0 1 JAN ? *)", "2027-01-01 00:00:00"),
    ],
)
def test_a_schedule_is_due(expression: str, due: str) -> None:
    tuesday = dt.datetime(2026, 11, 24, 1, 30, 30, tzinfo=dt.UTC)
    assert next_due(expression, tuesday) == dt.datetime.fromisoformat(due + "+00:00")


def test_what_is_no_schedule_is_refused() -> None:
    for expression in ("every day", "rate(1 fortnight)", "cron(0 0 31 2 ? *)"):
        with pytest.raises(ValueError):
            next_due(expression, dt.datetime(2026, 1, 1, tzinfo=dt.UTC))


def records(sample: Sample) -> list[Any]:
    found = []
    for event in sample.calls.get("record_invocations", []):
        document = json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"])))
        assert document["messageType"] == "DATA_MESSAGE"
        found += [json.loads(entry["message"]) for entry in document["logEvents"]]
        assert all(set(entry) == {"id", "timestamp", "message"} for entry in document["logEvents"])
    return found


def test_invocation_records_come_back_in_a_subscription_event(aws: LocalAws, sample: Sample) -> None:
    for number in range(3):
        aws.log.emit(json.dumps({"kind": "invocation", "n": number}))
    aws.log.drain()
    assert [record["n"] for record in records(sample)] == [0, 1, 2]


def test_records_are_delivered_without_being_asked_for(aws: LocalAws, sample: Sample) -> None:
    aws.log.emit(json.dumps({"kind": "invocation", "n": 1}))
    eventually(lambda: records(sample))


def test_other_lines_go_where_they_went_and_metrics_nowhere(aws: LocalAws, sample: Sample) -> None:
    others: list[str] = []
    log = InvocationLog(aws.functions, others.append)
    log.start()
    lines = ["not JSON", '{"level": "INFO", "kind": "start"}', '["kind", "_aws"]']
    for line in [*lines, '{"_aws": {}, "count": 1}', '{"kind": "invocation", "n": 7}']:
        log.emit(line)
    log.stop()
    assert others == lines
    assert [record["n"] for record in records(sample)] == [7]
