"""Templates with the files that they name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from infra.local import stacks
from infra.local.standin import LocalAws
from infra.stacks import render_template


def test_a_marker_becomes_the_files_json_as_one_string(tmp_path: Path) -> None:
    document = {"Comment": 'quotes " and \\ and ä', "StartAt": "A"}
    (tmp_path / "machine.asl.json").write_text(json.dumps(document, indent=2))
    template = tmp_path / "template.yaml"
    template.write_text('A: "@@machine.asl.json@@"\nB: \'@@machine.asl.json@@\'\nC: "mail@@example"\n')
    rendered = yaml.safe_load(render_template(template))
    assert json.loads(rendered["A"]) == json.loads(rendered["B"]) == document
    assert rendered["C"] == "mail@@example"


def test_a_file_that_is_missing_or_no_json_is_an_error(tmp_path: Path) -> None:
    template = tmp_path / "template.yaml"
    template.write_text('A: "@@machine.asl.json@@"\n')
    with pytest.raises(FileNotFoundError):
        render_template(template)
    (tmp_path / "machine.asl.json").write_text("{")
    with pytest.raises(json.JSONDecodeError):
        render_template(template)


def test_a_template_that_cannot_be_created_is_said_so(alone: None, tmp_path: Path) -> None:
    template = tmp_path / "template.yaml"
    template.write_text("Resources: {Q: {Type: AWS::SQS::Queue, Properties: {QueueName: 'not a name'}}}\n")
    with pytest.raises(stacks.StackError, match=r"template\.yaml"):
        LocalAws(template=template).start()
