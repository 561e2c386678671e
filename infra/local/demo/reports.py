"""The operations on events and reports."""

from __future__ import annotations

import json
from typing import Any

from .exchange import Response, json_response
from .problems import Problem
from .shop import Call, Shop

REPORT_TAKES_S = 2


def list_events(shop: Shop, call: Call) -> Response:
    """One JSON object a line (https://jsonlines.org)."""
    found = [event for event in shop.events if event["id"] > call.parameters["after"]]
    lines = (json.dumps(event) + "\n" for event in found[: call.parameters["limit"]])
    return Response(200, "".join(lines).encode(), "application/jsonl")


def create_report(shop: Shop, call: Call) -> Response:
    number = len(shop.reports) + 1
    report = {"id": f"rep_{number}", "kind": call.body["kind"], "created_at": shop.timestamp()}
    shop.reports[report["id"]] = {**report, "ready_at": shop.now() + REPORT_TAKES_S}
    headers = (("Location", f"/v1/reports/{report['id']}"), ("Retry-After", str(REPORT_TAKES_S)))
    return json_response(202, _report(shop, report["id"]), *headers)


def get_report(shop: Shop, call: Call) -> Response:
    report_id = call.parameters["report_id"]
    if report_id not in shop.reports:
        raise Problem("not_found", f"There is no report {report_id}.")
    return json_response(200, _report(shop, report_id))


def _report(shop: Shop, report_id: str) -> dict[str, Any]:
    report = dict(shop.reports[report_id])
    if report.pop("ready_at") > shop.now():
        return {**report, "status": "running", "result": None}
    counted = {"orders": len(shop.orders)} if report["kind"] == "sales" else {"pets": len(shop.pets)}
    return {**report, "status": "done", "result": counted}
