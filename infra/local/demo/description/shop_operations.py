"""The operations on orders, stock, events, reports, the caller and the switches, as described."""

from __future__ import annotations

from typing import Any

from infra.local.demo.description.parts import (
    UNTROUBLED,
    WRITE,
    header,
    json_answer,
    json_body,
    problems,
    query,
    schema,
)
from infra.local.demo.description.schemas import ORDER, SWITCHES_OFF
from infra.local.demo.seed import INVENTORY

REPORT = {
    "id": "rep_1",
    "kind": "sales",
    "created_at": "2026-01-15T12:00:00Z",
    "status": "running",
    "result": None,
}
EVENT_LINE = '{"id": 13, "type": "order.placed", "subject": "/orders/8", "at": "2026-01-15T12:00:00Z"}\n'

_ORDERS: dict[str, Any] = {
    "get": {
        "operationId": "listOrders",
        "tags": ["orders"],
        "summary": "List orders",
        "description": "Orders by page, the oldest first. The Link header leads to the other pages.",
        "parameters": [
            query("page", "Which page, from 1.", {"type": "integer", "minimum": 1, "default": 1}),
            query("per_page", "How many on a page.", {"type": "integer", "minimum": 1, "maximum": 50, "default": 5}),
        ],
        "responses": {
            "200": json_answer(
                "The orders of the page; none beyond the last.",
                {"type": "array", "items": schema("Order")},
                [ORDER],
                Link=header("Link"),
                X_Total_Count=header("X-Total-Count"),
            ),
            **problems(400),
        },
    },
    "post": {
        "operationId": "createOrder",
        "tags": ["orders"],
        "summary": "Place an order",
        "description": "Send an Idempotency-Key, and repeating the request is safe.",
        "security": WRITE,
        "parameters": [
            {
                "name": "Idempotency-Key",
                "in": "header",
                "description": "Any text of your own. A key seen before gives the first order again.",
                "schema": {"type": "string", "minLength": 1, "maxLength": 255},
                "example": "order-2026-01-15-a",
            }
        ],
        "requestBody": json_body("NewOrder", {"pet_id": 1, "note": "Please call before delivery."}),
        "responses": {
            "201": json_answer(
                "The order.", schema("Order"), ORDER, Idempotency_Replayed=header("Idempotency-Replayed")
            ),
            **problems(400, 415, 422),
        },
    },
}

_INVENTORY: dict[str, Any] = {
    "get": {
        "operationId": "getInventory",
        "tags": ["orders"],
        "summary": "See what is in stock",
        "description": "Articles and how many there are of each.",
        "responses": {"200": json_answer("Counts by article.", schema("Inventory"), INVENTORY), **problems()},
    }
}

_EVENTS: dict[str, Any] = {
    "get": {
        "operationId": "listEvents",
        "tags": ["reports"],
        "summary": "List events",
        "description": "What happened in the shop, the oldest first: one `Event` object a line.",
        "parameters": [
            query("after", "Only events after this number.", {"type": "integer", "minimum": 0, "default": 0}),
            query("limit", "How many at most.", {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}),
        ],
        "responses": {
            "200": {
                "description": "Lines of JSON.",
                "content": {"application/jsonl": {"schema": {"type": "string"}, "example": EVENT_LINE}},
            },
            **problems(400),
        },
    }
}

_REPORTS: dict[str, Any] = {
    "post": {
        "operationId": "createReport",
        "tags": ["reports"],
        "summary": "Ask for a report",
        "description": "It takes about two seconds; look at Location until its status is `done`.",
        "security": WRITE,
        "requestBody": json_body("NewReport", {"kind": "sales"}),
        "responses": {
            "202": json_answer(
                "The report has been started.",
                schema("Report"),
                REPORT,
                Location=header("Location"),
                Retry_After=header("Retry-After"),
            ),
            **problems(400, 415, 422),
        },
    }
}

_REPORT: dict[str, Any] = {
    "get": {
        "operationId": "getReport",
        "tags": ["reports"],
        "summary": "Get a report",
        "description": "Whether it is done, and its result.",
        "parameters": [
            {
                "name": "report_id",
                "in": "path",
                "required": True,
                "description": "As given when the report was asked for.",
                "schema": {"type": "string"},
                "example": "rep_1",
            }
        ],
        "responses": {"200": json_answer("The report.", schema("Report"), REPORT), **problems(404)},
    }
}

_WHOAMI: dict[str, Any] = {
    "get": {
        "operationId": "whoami",
        "tags": ["account"],
        "summary": "See who calls",
        "description": "Which kind of credential was used, and what it allows.",
        "responses": {
            "200": json_answer(
                "The caller.",
                schema("Whoami"),
                {"kind": "api-key-header", "account": "demo", "scopes": ["shop:read", "shop:write"]},
            ),
            **problems(),
        },
    }
}

_SWITCHES: dict[str, Any] = {
    "get": {
        "operationId": "getSwitches",
        "tags": ["switches"],
        "summary": "Read the switches",
        "description": "What is left of each.",
        "responses": {
            "200": json_answer("The switches.", schema("Switches"), SWITCHES_OFF),
            **problems(always=UNTROUBLED),
        },
    },
    "put": {
        "operationId": "setSwitches",
        "tags": ["switches"],
        "summary": "Set the switches",
        "description": "Makes the next calls fail, wait or break. What is left out goes back to its default.",
        "security": WRITE,
        "requestBody": json_body("SwitchSettings", {"rate_limit_next": 2}),
        "responses": {
            "200": json_answer("The switches.", schema("Switches"), {**SWITCHES_OFF, "rate_limit_next": 2}),
            **problems(400, 415, 422, always=UNTROUBLED),
        },
    },
    "delete": {
        "operationId": "resetSwitches",
        "tags": ["switches"],
        "summary": "Reset the switches",
        "description": "The shop behaves again.",
        "security": WRITE,
        "responses": {
            "200": json_answer("The switches, all off.", schema("Switches"), SWITCHES_OFF),
            **problems(always=UNTROUBLED),
        },
    },
}

SHOP_PATHS: dict[str, Any] = {
    "/orders": _ORDERS,
    "/inventory": _INVENTORY,
    "/events": _EVENTS,
    "/reports": _REPORTS,
    "/reports/{report_id}": _REPORT,
    "/whoami": _WHOAMI,
    "/switches": _SWITCHES,
}
