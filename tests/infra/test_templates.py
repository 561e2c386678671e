"""What the stand-in ignores of the templates, and what only people would notice: plain statements about their text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from cfnlint.decode.cfn_yaml import loads

from infra import policies
from infra.console_headers import console_headers
from infra.stacks import BASE, EDGE, render_template
from tests.conftest import ROOT

TEMPLATES: dict[str, Any] = {path.stem: loads(render_template(path)) for path in (BASE, EDGE)}
RESOURCES: dict[str, Any] = {f"{stem}.{name}": r for stem, t in TEMPLATES.items() for name, r in t["Resources"].items()}
NOT_RESTORED = {"invocations", "runtime", "usage"}
ERROR_CODES = {400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504}  # all that CloudFront can be told about
ASYNCHRONOUS = {"administer", "continue_rotations", "sweep", "index_actions", "record_invocations", "settle_job"}


def of_type(kind: str) -> list[dict[str, Any]]:
    return [resource for resource in RESOURCES.values() if resource["Type"] == kind]


def each(argument: str, kind: str) -> pytest.MarkDecorator:
    """A test of every resource of that type."""
    found = {name: resource for name, resource in RESOURCES.items() if resource["Type"] == kind}
    return pytest.mark.parametrize(argument, list(found.values()), ids=list(found))


def properties(name: str) -> dict[str, Any]:
    found: dict[str, Any] = RESOURCES[name]["Properties"]
    return found


def plain(text: Any) -> str:
    """The text of a `!Sub`, or the text itself."""
    return str(text["Fn::Sub"] if isinstance(text, dict) and "Fn::Sub" in text else text)


def purpose(name: Any) -> str:
    return plain(name).removeprefix("waygate-${Stage}-")


@each("table", "AWS::DynamoDB::Table")
def test_a_table_is_sealed_kept_and_paid_by_use(table: dict[str, Any]) -> None:
    made = table["Properties"]
    name = purpose(made["TableName"])
    assert made["BillingMode"] == "PAY_PER_REQUEST"
    assert made["SSESpecification"] == {"SSEEnabled": True}
    if name in NOT_RESTORED:
        return
    assert made["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert made["DeletionProtectionEnabled"] == {"Fn::If": ["IsDurable", True, False]}
    assert table["UpdateReplacePolicy"] == "Retain"


def test_what_has_an_expiry_has_a_time_to_live() -> None:
    import app
    from chalicelib.aws import Table

    assert app.app.endpoints  # to know them is to import every module, so all tables are defined

    def classes(of: type) -> Iterator[type]:
        for one in of.__subclasses__():
            yield one
            yield from classes(one)

    tables = {c.Meta.table_name.removeprefix("waygate-local-"): c for c in classes(Table)}  # type: ignore[attr-defined]
    made = {purpose(t["Properties"]["TableName"]): t for t in of_type("AWS::DynamoDB::Table")}
    assert set(tables) == set(made)
    for name, table in made.items():
        lives = table["Properties"].get("TimeToLiveSpecification") == {"AttributeName": "expires_at", "Enabled": True}
        expires = name in ("invocations", "runtime", "audit", "usage")
        assert lives == expires, name


@each("bucket", "AWS::S3::Bucket")
def test_a_bucket_is_private_sealed_and_versioned(bucket: dict[str, Any]) -> None:
    made = bucket["Properties"]
    assert set(made["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(made["PublicAccessBlockConfiguration"]) == 4
    assert made["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert made["VersioningConfiguration"] == {"Status": "Enabled"}
    assert made["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    rules = {rule["Id"]: rule for rule in made["LifecycleConfiguration"]["Rules"]}
    assert rules["overwritten"]["NoncurrentVersionExpiration"] == {"NoncurrentDays": 7}
    assert plain(made["BucketName"]).endswith("-${AWS::AccountId}-${AWS::Region}")


def test_uploads_and_pages_do_not_stay() -> None:
    rules = properties("template.DocumentsBucket")["LifecycleConfiguration"]["Rules"]
    days = {rule["Prefix"]: rule["ExpirationInDays"] for rule in rules if "Prefix" in rule}
    assert days == {"uploads/": 1, "sources/": 90, "crawls/": 90, "pages/": 30}


def test_every_bucket_queue_and_topic_refuses_what_is_not_encrypted_on_its_way() -> None:
    guarded: set[str] = set()
    for name, resource in RESOURCES.items():
        if resource["Type"] not in ("AWS::S3::BucketPolicy", "AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy"):
            continue
        made = resource["Properties"]
        denies = [s for s in made["PolicyDocument"]["Statement"] if s["Effect"] == "Deny"]
        assert [d["Condition"] for d in denies] == [{"Bool": {"aws:SecureTransport": "false"}}], name
        targets = [made["Bucket"]] if "Bucket" in made else made.get("Queues") or made["Topics"]
        guarded |= {f"{name.split('.')[0]}.{target['Ref']}" for target in targets}
    kinds = ("AWS::S3::Bucket", "AWS::SQS::Queue", "AWS::SNS::Topic")
    assert guarded == {name for name, resource in RESOURCES.items() if resource["Type"] in kinds}


def test_every_queue_with_a_worker_has_a_queue_for_dead_letters() -> None:
    queues = {purpose(q["Properties"]["QueueName"]): q for q in of_type("AWS::SQS::Queue")}
    worked = {"refresh.fifo": 3, "orphaned-tokens": 10}
    for name, queue in queues.items():
        assert queue["Properties"]["SqsManagedSseEnabled"] is True
        if name not in worked:
            assert queue["Properties"]["MessageRetentionPeriod"] == 14 * 86_400
            continue
        assert queue["Properties"]["RedrivePolicy"]["maxReceiveCount"] == worked[name]
        assert queue["Properties"]["VisibilityTimeout"] >= 6 * 28  # of the worker (AWS: Using Lambda with Amazon SQS)


def test_every_function_has_a_log_group_with_a_retention() -> None:
    groups = {plain(g["Properties"]["LogGroupName"]): g for g in of_type("AWS::Logs::LogGroup")}
    wanted = {f"/aws/lambda/{policies.deployed_name(name, '${Stage}')}" for name in policies.FUNCTIONS}
    assert {name for name in groups if name.startswith("/aws/lambda/")} == wanted
    assert {json.dumps(group["Properties"]["RetentionInDays"]) for group in groups.values()} == {'{"Ref": "LogDays"}'}


def test_the_state_machine_is_logged_traced_and_ends() -> None:
    made = properties("template.ScrapeJob")
    assert made["LoggingConfiguration"]["Level"] == "ERROR"
    assert made["LoggingConfiguration"]["IncludeExecutionData"] is False
    assert made["TracingConfiguration"] == {"Enabled": True}
    assert json.loads(made["DefinitionString"])["TimeoutSeconds"] == 3600


def test_roles_allow_no_action_in_general_and_no_resource_without_need() -> None:  # G12
    unnamed = set()
    for role in of_type("AWS::IAM::Role"):
        for policy in role["Properties"]["Policies"]:
            for statement in policy["PolicyDocument"]["Statement"]:
                actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
                assert not [action for action in actions if "*" in action]
                unnamed |= set(actions) if statement["Resource"] == "*" else set()
    assert {action.split(":")[0] for action in unnamed} == {"logs", "xray"}  # neither knows resources for these


def test_the_origin_secret_is_drawn_and_shown_by_the_distribution_alone() -> None:
    secret = properties("template.OriginSecret")
    assert secret["GenerateSecretString"]["PasswordLength"] >= 32
    name = plain(secret["Name"])
    (sent,) = origin("api")["OriginCustomHeaders"]
    assert sent["HeaderName"] == "Waygate-Origin-Secret"
    assert plain(sent["HeaderValue"]) == f"{{{{resolve:secretsmanager:{name}}}}}"
    assert not [o for t in TEMPLATES.values() for o in t["Outputs"].values() if "secret" in json.dumps(o).lower()]


def distribution() -> dict[str, Any]:
    found: dict[str, Any] = properties("edge.Distribution")["DistributionConfig"]
    return found


def origin(name: str) -> dict[str, Any]:
    (found,) = [one for one in distribution()["Origins"] if one["Id"] == name]
    return dict(found)


def test_the_api_is_never_cached_and_keeps_all_methods() -> None:
    (api,) = distribution()["CacheBehaviors"]
    assert (api["PathPattern"], api["TargetOriginId"]) == ("/api/*", "api")
    assert set(api["AllowedMethods"]) == {"GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"}
    assert api["CachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"  # AWS: managed policy CachingDisabled
    assert api["OriginRequestPolicyId"] == "b689b0a8-53d0-40ab-baf2-68738e2966ac"  # AllViewerExceptHostHeader
    assert api["Compress"] is False
    assert api["ViewerProtocolPolicy"] == "https-only"
    assert origin("api")["CustomOriginConfig"]["OriginProtocolPolicy"] == "https-only"


def test_no_error_is_kept_nor_rewritten() -> None:
    told = distribution()["CustomErrorResponses"]
    assert {one["ErrorCode"] for one in told} == ERROR_CODES
    assert all(one == {"ErrorCode": one["ErrorCode"], "ErrorCachingMinTTL": 0} for one in told)


def test_the_console_is_read_through_the_distribution_alone() -> None:
    assert origin("console")["OriginAccessControlId"] == {"Fn::GetAtt": ["ConsoleAccess", "Id"]}
    access = properties("edge.ConsoleAccess")["OriginAccessControlConfig"]
    assert (access["SigningBehavior"], access["SigningProtocol"]) == ("always", "sigv4")
    (allow,) = [
        s for s in properties("edge.ConsoleBucketPolicy")["PolicyDocument"]["Statement"] if s["Effect"] == "Allow"
    ]
    assert plain(allow["Condition"]["StringEquals"]["AWS:SourceArn"]).endswith(":distribution/${Distribution}")
    assert distribution()["DefaultCacheBehavior"]["AllowedMethods"] == ["GET", "HEAD"]
    assert distribution()["DefaultCacheBehavior"]["ResponseHeadersPolicyId"] == {"Ref": "ConsoleHeaders"}


def test_the_console_is_served_with_the_headers_that_it_is_tested_with() -> None:  # F8
    told = properties("edge.ConsoleHeaders")["ResponseHeadersPolicyConfig"]
    made, custom = told["SecurityHeadersConfig"], told["CustomHeadersConfig"]["Items"]
    assert all(one["Override"] is True for one in [*made.values(), *custom])
    hsts = made["StrictTransportSecurity"]
    subdomains = "; includeSubDomains" * hsts["IncludeSubdomains"]
    assert {
        "Content-Security-Policy": made["ContentSecurityPolicy"]["ContentSecurityPolicy"],
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": made["FrameOptions"]["FrameOption"],
        "Referrer-Policy": made["ReferrerPolicy"]["ReferrerPolicy"],
        "Strict-Transport-Security": f"max-age={hsts['AccessControlMaxAgeSec']}{subdomains}",
        **{one["Header"]: one["Value"] for one in custom},
    } == console_headers(is_https=True)


def test_the_public_origin_is_written_where_the_application_reads_it() -> None:
    assert plain(properties("edge.PublicOrigin")["Name"]) == "/waygate/${Stage}/public-origin"


def test_every_function_that_is_invoked_asynchronously_says_how_often_and_where_failures_go() -> None:
    configs = [one["Properties"] for one in of_type("AWS::Lambda::EventInvokeConfig")]
    assert {purpose(config["FunctionName"]) for config in configs} == ASYNCHRONOUS
    for config in configs:
        name = purpose(config["FunctionName"])
        target = plain(config["DestinationConfig"]["OnFailure"]["Destination"])
        assert target.endswith(":waygate-${Stage}-failed-events")
        assert policies.FAILED_EVENTS in policies.FUNCTIONS[name]  # Lambda sends in the function's name


def test_the_invocation_log_is_handed_on() -> None:
    subscription = properties("edge.RecordSubscription")
    assert subscription["FilterPattern"] == '{ $.kind = "invocation" }'
    assert plain(subscription["LogGroupName"]) == "/aws/lambda/waygate-${Stage}"
    permission = properties("edge.RecordPermission")
    assert permission["Principal"] == "logs.amazonaws.com"
    assert plain(subscription["DestinationArn"]).endswith(f":function:{plain(permission['FunctionName'])}")


def test_executions_that_fail_reach_the_function_that_settles_them() -> None:
    rule = properties("edge.FailedExecutions")
    assert rule["EventPattern"]["source"] == ["aws.states"]
    assert rule["EventPattern"]["detail"]["status"] == ["FAILED", "TIMED_OUT", "ABORTED"]
    (target,) = rule["Targets"]
    assert plain(target["Arn"]).endswith(":function:waygate-${Stage}-settle_job")
    assert properties("edge.SettlePermission")["SourceArn"] == {"Fn::GetAtt": ["FailedExecutions", "Arn"]}


@each("alarm", "AWS::CloudWatch::Alarm")
def test_an_alarm_tells_people_and_names_its_page(alarm: dict[str, Any]) -> None:
    made = alarm["Properties"]
    name = purpose(made["AlarmName"])
    assert f"See docs/operating.md, “{name}”." in made["AlarmDescription"]
    assert [plain(action).rpartition(":")[2] for action in made["AlarmActions"]] == ["waygate-${Stage}-alarms"]
    assert made["TreatMissingData"] == ("breaching" if name == "sweep-silent" else "notBreaching")
    metrics = [m["MetricStat"]["Metric"] for m in made.get("Metrics", []) if "MetricStat" in m] or [made]
    assert len(made.get("Metrics", [])) <= 10  # CloudWatch quotas
    assert all("Stage" in json.dumps(m.get("Dimensions", m["Namespace"])) for m in metrics)  # of this stage alone


def test_what_should_wake_somebody_has_an_alarm() -> None:
    names = {purpose(one["Properties"]["AlarmName"]) for one in of_type("AWS::CloudWatch::Alarm")}
    assert names >= {
        *("api-errors", "throttles", "latency", "dead-letters", "log-delivery"),
        *("refresh-failures", "breaker-openings", "cost"),
    }


def test_alarms_and_dashboard_look_at_metrics_that_are_emitted() -> None:
    code = "\n".join(path.read_text() for path in (ROOT / "chalicelib").rglob("*.py"))
    told = {
        made["MetricName"]
        for alarm in of_type("AWS::CloudWatch::Alarm")
        if (made := alarm["Properties"]).get("Namespace") == "Waygate"
    }
    body = json.loads(plain(properties("edge.Dashboard")["DashboardBody"]))
    for widget in body["widgets"]:
        told |= {metric[1] for metric in widget["properties"]["metrics"] if metric[0] == "Waygate"}
    assert told
    for name in told:
        assert re.search(rf'emit_metrics\(\s*\{{[^}}]*"{name}":', code), name
