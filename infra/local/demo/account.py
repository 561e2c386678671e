"""The operations about the caller and about the shop's behaviour: who calls, and the switches."""

from __future__ import annotations

from .credentials import Identity
from .exchange import Response, json_response
from .shop import Call, Shop


def whoami(shop: Shop, call: Call) -> Response:
    return identity_response(call.identity)


def identity_response(identity: Identity) -> Response:
    """Also the answer of the addresses that accept one kind of credential only."""
    document = {"kind": identity.kind, "account": identity.account, "scopes": list(identity.scopes)}
    return json_response(200, document)


def get_switches(shop: Shop, call: Call) -> Response:
    return json_response(200, shop.switches.settings())


def set_switches(shop: Shop, call: Call) -> Response:
    shop.switches.set(call.body)
    return json_response(200, shop.switches.settings())


def reset_switches(shop: Shop, call: Call) -> Response:
    shop.switches.set({})
    return json_response(200, shop.switches.settings())
