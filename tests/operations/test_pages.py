"""The pages for operators: every alarm has its runbook, every command runs, every sum is right."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import pytest
from cfnlint.decode import cfn_yaml

from chalicelib import observability
from chalicelib.observability import METRICS
from infra import costs
from infra.deploy.options import Options
from infra.local.demo import DemoServer
from infra.local.standin import LocalAws
from tests.client import Api
from tests.conftest import ROOT, LocalStack
from tests.walk_through import run, walk_through
from tests.world import add_action, add_shop, connect

pytestmark = pytest.mark.xdist_group("local_stack")
OPERATING = (ROOT / "docs" / "operating.md").read_text()
EDGE: dict[str, Any] = cfn_yaml.load(str(ROOT / "infra" / "edge.yaml"))
ALARMS = {
    name: resource["Properties"]
    for name, resource in EDGE["Resources"].items()
    if resource["Type"] == "AWS::CloudWatch::Alarm"
}


def test_every_alarm_has_a_section_and_every_section_an_alarm() -> None:
    names = {alarm["AlarmName"]["Fn::Sub"].removeprefix("waygate-${Stage}-") for alarm in ALARMS.values()}
    section = OPERATING.split("\n## Alarms\n")[1].split("\n## ")[0]
    assert set(re.findall(r"^### (.+)$", section, re.MULTILINE)) == names
    for alarm in ALARMS.values():
        told = re.search(r"docs/operating\.md, “(.+)”", alarm["AlarmDescription"])
        assert told is not None
        assert told[1] in names


def test_alarms_and_dashboard_look_at_metrics_that_are_emitted() -> None:
    filters = [r["Properties"] for r in EDGE["Resources"].values() if r["Type"] == "AWS::Logs::MetricFilter"]
    of_lines = {one["MetricName"] for properties in filters for one in properties["MetricTransformations"]}
    watched = {alarm["MetricName"] for alarm in ALARMS.values() if "Waygate" in str(alarm.get("Namespace"))}
    widgets = json.loads((ROOT / "infra" / "dashboard.json").read_text())["widgets"]
    lines = [line for widget in widgets for line in widget["properties"].get("metrics", ())]
    watched |= {line[1] for line in lines if str(line[0]).startswith("Waygate")}
    assert len(watched) > 5
    assert watched <= set(METRICS) | of_lines


def test_the_backup_of_the_page_works_line_by_line(local_stack: LocalStack, tmp_path: Any) -> None:
    done = run(walk_through("backup", OPERATING), local_stack, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Saved in workspace.zip" in done.stdout
    assert "demo" in done.stdout.split("left alone: ")[1].splitlines()[0].split(", ")


def test_what_the_page_on_costs_counts_is_what_is_deployed() -> None:
    from chalicelib.auth import due

    in_alarms = [
        sum(1 for metric in alarm["Metrics"] if "MetricStat" in metric) if "Metrics" in alarm else 1
        for alarm in ALARMS.values()
    ]
    assert sum(in_alarms) == costs.ALARM_METRICS
    assert due.SHARDS == costs._SHARDS
    assert set(costs.PER_CALL) <= set(METRICS)
    assert f"{len(ALARMS)} alarms" in next(line.why for line in costs.idle().lines if line.price == "Alarms")


def test_a_call_writes_as_much_as_the_page_on_costs_says(
    api: Api, aws: LocalAws, demo: DemoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_shop(api, demo)
    connect(api)
    add_action(api)
    sizes: list[int] = []
    monkeypatch.setattr(observability, "line_sink", lambda line: sizes.append(len(line)))
    api.ok("POST", "/actions/shop/get-pet", {"pet_id": 1})
    assert sorted(sizes) == [pytest.approx(each, rel=0.2) for each in (costs.METRIC_BYTES, costs.LINE_BYTES)]


@pytest.mark.parametrize("make", costs.SCENARIOS)
def test_sums_are_of_their_lines_and_grow_with_them(make: Any) -> None:
    scenario = make()
    assert scenario.usd == pytest.approx(sum(line.quantity * costs.PRICES[line.price].usd for line in scenario.lines))
    assert all(line.quantity > 0 for line in scenario.lines)


def test_twice_the_calls_cost_twice_what_calls_cost() -> None:
    once, twice = ({line.price: line.usd for line in costs.calls(n).lines} for n in (1_000_000, 2_000_000))
    for price in ("API Gateway", "DynamoDB writes", "Logs", "Lambda GB-seconds"):
        assert twice[price] == pytest.approx(2 * once[price])
    assert twice["Metrics"] == once["Metrics"]


@pytest.mark.parametrize("page", sorted((ROOT / "docs").rglob("*.md")), ids=lambda page: page.name)
def test_files_that_a_page_names_are_there(page: Path) -> None:
    named = re.findall(r"`((?:chalicelib|infra|cli|tests|\.github|\.chalice)/[\w./-]*\w/?)`", page.read_text())
    missing = [name for name in named if not (ROOT / name).exists()]
    assert missing == [], "renamed, or never there"


def test_every_decision_is_on_the_list_and_says_what_it_costs() -> None:
    folder = ROOT / "docs" / "adr"
    listed = re.findall(r"\]\((\d{4}-[\w-]+\.md)\)", (folder / "README.md").read_text())
    files = sorted(path.name for path in folder.glob("0*.md"))
    assert listed == files
    for number, name in enumerate(files, start=1):
        text = (folder / name).read_text()
        assert text.startswith(f"# {number}. ")
        for part in ("**Context.**", "**Decision.**", "**Consequences.**", "**Seen in.**"):
            assert part in text, (name, part)


def test_every_choice_of_a_deployment_is_on_its_page() -> None:
    page = (ROOT / "docs" / "deploying.md").read_text()
    for field in dataclasses.fields(Options):
        assert f"`{field.name}`" in page, field.name
