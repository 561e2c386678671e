"""The operations on orders and the inventory."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from .exchange import Response, json_response
from .problems import Problem
from .seed import INVENTORY
from .shop import Call, Shop


def create_order(shop: Shop, call: Call) -> Response:
    """With an Idempotency-Key seen before, the first order comes back and nothing happens."""
    key = call.parameters.get("Idempotency-Key")
    if key in shop.orders_by_key:
        first_body, order = shop.orders_by_key[key]
        if first_body != call.body:
            raise Problem("idempotency_key_reused", f"The first order with the key was {order['id']}.")
        return _created(order, ("Idempotency-Replayed", "true"))
    pet = shop.pets.get(call.body["pet_id"])
    if pet is None:
        raise Problem("invalid_body", "There is no such pet.", [{"pointer": "/pet_id", "detail": "is no pet"}])
    quantity = call.body.get("quantity", 1)
    order = {
        "id": len(shop.orders) + 1,
        "pet_id": pet["id"],
        "quantity": quantity,
        "note": call.body.get("note"),
        "status": "placed",
        "total": pet["price"] * quantity,
        "created_at": shop.timestamp(),
    }
    shop.orders.append(order)
    if key is not None:
        shop.orders_by_key[key] = (call.body, order)
    shop.record("order.placed", f"/orders/{order['id']}")
    return _created(order)


def list_orders(shop: Shop, call: Call) -> Response:
    """A bare array; the way on is in the Link header (RFC 8288)."""
    page, per_page = call.parameters["page"], call.parameters["per_page"]
    last = max(1, -(-len(shop.orders) // per_page))
    relations = {"first": 1, "prev": page - 1, "next": page + 1, "last": last}
    links = [
        f'<{shop.url}/v1/orders?{urlencode({"page": number, "per_page": per_page})}>; rel="{relation}"'
        for relation, number in relations.items()
        if 1 <= number <= last
    ]
    start = (page - 1) * per_page
    total = ("X-Total-Count", str(len(shop.orders)))
    return json_response(200, shop.orders[start : start + per_page], ("Link", ", ".join(links)), total)


def get_inventory(shop: Shop, call: Call) -> Response:
    return json_response(200, INVENTORY)


def _created(order: dict[str, Any], *headers: tuple[str, str]) -> Response:
    return json_response(201, order, *headers)
