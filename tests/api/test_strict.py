"""Bodies are what JSON says: nothing is taken for something else. What the description promises, the parser keeps."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.test_jobs import PETS, RunJob
from tests.client import Api
from tests.world import GET_PET

OPEN: dict[str, Any] = {"name": "open", "base_url": "https://open.example", "auth": {"type": "none"}}


@pytest.mark.parametrize(
    ("members", "pointer"),
    [
        ({"enabled": 0}, "/enabled"),
        ({"enabled": "yes"}, "/enabled"),
        ({"policy": {"timeout_s": "5"}}, "/policy/timeout_s"),
        ({"policy": {"timeout_s": True}}, "/policy/timeout_s"),
        ({"verification": {"path": "/x", "expect_status": "200"}}, "/verification/expect_status"),
    ],
)
def test_no_text_or_number_is_taken_for_another_kind(api: Api, members: dict[str, Any], pointer: str) -> None:  # F6
    api.ok("POST", "/integrations", OPEN)
    for got in (
        api.post("/integrations", {**OPEN, "name": "new", **members}),
        api.patch("/integrations/open", members),
    ):
        assert (got.status, got.json["errors"][0]["pointer"]) == (422, pointer)


def test_a_draft_takes_no_such_edits_either(api: Api, run_job: RunJob) -> None:
    job = run_job("pets", {"document": PETS})
    got = api.patch(f"/scrape-jobs/{job['id']}/draft/actions/get-pet", {"edits": {"deprecated": 1}})
    assert (got.status, got.json["errors"][0]["pointer"]) == (422, "/deprecated")


def test_a_connection_s_name_is_checked_before_its_owner_is_sent_anywhere(api: Api) -> None:
    api.ok("POST", "/integrations", OPEN)
    for name in ("%C2%84", "A", "-", "a%20b"):
        got = api.post(f"/connections/open/{name}/authorize", {})
        assert (got.status, got.json["code"]) == (422, "invalid_input"), name


@pytest.mark.parametrize("pem", ["\u0087", "-----BEGIN CERTIFICATE-----\nÄ\n-----END CERTIFICATE-----", "", "text"])
def test_an_authority_that_is_no_certificate_is_refused(api: Api, pem: str) -> None:
    got = api.post("/integrations", {**OPEN, "profile": {"tls": {"ca_pem": pem}}})
    assert (got.status, got.json["errors"][0]["pointer"]) == (422, "/profile/tls/ca_pem")


def test_a_body_may_be_left_out_where_the_description_says_so(api: Api) -> None:
    operations = api.ok("GET", "/openapi.json")["paths"]
    api.ok("POST", "/integrations", OPEN)
    assert operations["/integrations/{integration}"]["patch"]["requestBody"]["required"] is False
    assert api.patch("/integrations/open").status == 200
    assert operations["/integrations"]["post"]["requestBody"]["required"] is True
    assert api.post("/integrations").status == 422


@pytest.mark.parametrize("kind", ["", "both", "rawr"])
def test_a_kind_of_answer_that_there_is_not_is_refused(api: Api, kind: str) -> None:
    api.ok("POST", "/integrations", OPEN)
    api.ok("PUT", "/actions/open/get-pet", {**GET_PET})
    got = api.post("/actions/open/get-pet?dry_run=true", {"pet_id": 1}, headers={"Waygate-Response": kind})
    assert (got.status, got.json["code"]) == (400, "bad_header")
