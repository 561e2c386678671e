"""The count of calls to AWS that tests assert on."""

from __future__ import annotations

import threading

from chalicelib import aws as our_aws
from infra.local.standin import LocalAws
from tests.aws_calls import AwsCalls


def test_what_other_threads_ask_of_aws_is_not_counted(aws: LocalAws, aws_calls: AwsCalls) -> None:
    dynamodb = our_aws.client("dynamodb")
    poller = threading.Thread(target=dynamodb.list_tables)
    poller.start()
    poller.join()
    assert aws_calls.made == []
    dynamodb.list_tables()
    assert aws_calls.made == ["ListTables"]
    assert aws_calls.by_service == [("dynamodb", "ListTables")]
