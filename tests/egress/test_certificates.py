"""An upstream whose certificate is signed by an authority of its owner's own."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from chalicelib.egress import CallFailed, Outbound, send
from tests.client import Api
from tests.egress.wire import serving

SECRET = "Bearer canary-of-the-credential"


def pem_of(certificate: Path) -> str:
    text = certificate.read_text()
    return text[text.index("-----BEGIN CERTIFICATE-----") :]


def test_a_certificate_of_the_owners_authority_is_trusted_where_they_say_so(
    self_signed: ssl.SSLContext, certificate: Path
) -> None:  # A12
    with serving(tls=self_signed) as wire:
        headers = (("Authorization", SECRET),)
        assert send(Outbound("GET", wire.url, headers, ca_pem=pem_of(certificate))).status == 200
        with pytest.raises(CallFailed) as caught:
            send(Outbound("GET", wire.url, headers))
        assert (caught.value.reason, caught.value.sent) == ("tls_error", False)
        assert len(wire.requests) == 1


def test_an_integration_may_bring_its_own_authority(
    api: Api, self_signed: ssl.SSLContext, certificate: Path
) -> None:  # A12
    with serving(tls=self_signed) as wire:
        auth = {"type": "bearer"}
        facts = {"name": "shop", "base_url": wire.url, "auth": auth}
        api.ok("POST", "/integrations", facts)
        api.ok("PUT", "/connections/shop/default", {"token": "canary-of-the-credential"})
        api.ok("PATCH", "/integrations/shop", {"verification": {"path": "/"}})
        api.ok("PUT", "/actions/shop/read", {"method": "GET", "path": "/", "behaviour": "read"})
        refused = api.post("/actions/shop/read")
        assert (refused.status, refused.json["code"]) == (502, "upstream_tls_error")
        assert api.ok("POST", "/connections/shop/default/test")["ok"] is False
        assert wire.requests == []  # not one byte of the credential
        api.ok("PATCH", "/integrations/shop", {"profile": {"tls": {"ca_pem": pem_of(certificate)}}})
        api.ok("POST", "/actions/shop/read")
        assert api.ok("POST", "/connections/shop/default/test")["ok"] is True
        assert [seen.header("authorization") for seen in wire.requests] == [SECRET] * 2


@pytest.mark.parametrize(
    "pem", ["", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
)
def test_what_is_no_certificate_is_refused(api: Api, pem: str) -> None:  # A12
    facts = {"name": "shop", "base_url": "https://api.example.com", "profile": {"tls": {"ca_pem": pem}}}
    answer = api.post("/integrations", facts)
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/profile/tls/ca_pem")


def test_certificates_are_bounded_and_cannot_be_switched_off(api: Api, certificate: Path) -> None:  # A12
    pem = pem_of(certificate)
    many = pem * (16_384 // len(pem) + 1)
    for tls in ({"ca_pem": many}, {"ca_pem": pem, "verify": False}):
        facts = {"name": "shop", "base_url": "https://api.example.com", "profile": {"tls": tls}}
        assert api.post("/integrations", facts).status == 422
