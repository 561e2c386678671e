"""The pages for operators: every alarm has its runbook, every command runs, every sum is right."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from cfnlint.decode import cfn_yaml

from chalicelib.observability import METRICS
from tests.conftest import ROOT, LocalStack
from tests.test_docs import _run, _walk_through

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
    done = _run(_walk_through("backup", OPERATING), local_stack, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Saved in workspace.zip" in done.stdout
    assert "There already, and left alone: demo" in done.stdout
