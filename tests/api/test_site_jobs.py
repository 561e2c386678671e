"""Scrape jobs over documentation written for people: from its address to actions that can be called."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.scraper import jobs, quota, steps
from chalicelib.scraper.site import crawl as crawling
from chalicelib.settings import settings
from infra.local.demo import DemoServer
from infra.local.standin import LocalAws
from tests.client import Api
from tests.scraper import llm_server
from tests.scraper.llm_server import EMPTY, Raw, Status
from tests.scraper.site import hostile
from tests.scraper.site.served import Answer, Reply, endpoint, page, serving
from tests.world import connect

RunJob = Callable[..., dict[str, Any]]
API = "https://api.petshop.zz"
BASE = f'<h2 id="base">Base URL</h2><p>All requests go to this base URL:</p><pre><code>{API}</code></pre>'


def docs(**more: Answer) -> dict[str, Answer]:
    """Documentation of two resources."""
    pages: dict[str, Answer] = {
        "/docs/": page("Shop API", "pets", "orders", body=BASE),
        "/docs/pets": page("Pets", body=endpoint("GET", "/pets/{id}") + endpoint("POST", "/pets", "name")),
        "/docs/orders": page("Orders", body=endpoint("GET", "/orders", "limit", "cursor")),
    }
    return pages | {f"/docs/{name}": body for name, body in more.items()}


def draft_of(api: Api, job: dict[str, Any]) -> dict[str, Any]:
    draft: dict[str, Any] = api.ok("GET", f"/scrape-jobs/{job['id']}/draft?limit=100")
    return draft


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Configures a model's server."""

    def configure(llm: llm_server.Llm, **others: str) -> None:
        for key, value in {"base_url": llm.url, "model": "test-1", "api_key": "canary-5e1f", **others}.items():
            monkeypatch.setenv(f"WAYGATE_LLM_{key.upper()}", value)
        settings.cache_clear()

    yield configure
    monkeypatch.undo()
    settings.cache_clear()


def test_the_documentation_of_the_demo_becomes_actions_that_work(api: Api, demo: DemoServer, run_job: RunJob) -> None:
    job = run_job("shop", {"url": f"{demo.url}/docs"})
    assert (job["status"], job["error"]) == ("needs_review", None)
    assert (job["progress"]["pages_read"], job["progress"]["pages_found"]) == (6, 6)
    assert job["coverage"]["read"] == 6 and job["coverage"]["model"] is None
    draft = draft_of(api, job)
    assert draft["integration"]["base_url"].startswith(demo.url)
    assert draft["integration"]["auth"]["type"] == "api_key"
    assert {each["field"].split("/")[0] for each in draft["integration"]["evidence"]} >= {"base_url", "auth"}
    assert draft["integration"]["profile"]["rate_limits"]["windows"][0]["unit"] == "epoch_s"
    by_call = {(each["method"], each["path"].removeprefix("/v1")): each["name"] for each in draft["actions"]}
    name = next(
        name
        for (method, path), name in by_call.items()
        if method == "GET" and path.startswith("/pets/{") and path.endswith("}")
    )
    whole = api.ok("GET", f"/scrape-jobs/{job['id']}/draft/actions/{name}")
    assert all(each["quote"] and each["page_hash"] and each["url"].startswith(demo.url) for each in whole["evidence"])
    api.ok("POST", f"/scrape-jobs/{job['id']}/publish", {"accept": [name, by_call["GET", "/whoami"]]})
    connect(api, "shop")
    (argument,) = whole["input_schema"]["properties"]
    assert api.ok("POST", f"/actions/shop/{name}", {argument: 1})["data"]["name"] == "Rex"
    exported = api.ok("GET", "/integrations/shop/openapi.json?of=upstream")
    operation = next(iter(next(iter(exported["paths"].values())).values()))
    assert operation["x-waygate-evidence"][0]["quote"]


def test_a_description_beside_the_pages_is_preferred_unless_the_pages_are_asked_for(api: Api, run_job: RunJob) -> None:
    description = {"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "servers": [{"url": API}]}
    described = json.dumps(
        {**description, "paths": {"/described": {"get": {"responses": {"200": {"description": "x"}}}}}}
    )
    with serving({**docs(), "/openapi.json": Reply(described, kind="application/json")}) as site:
        found = run_job("auto", {"url": f"{site.url}/docs/"})
        assert [each["path"] for each in draft_of(api, found)["actions"]] == ["/described"]
        (note,) = [each for each in found["warnings"] if each["code"] == "description_found"]
        assert "/openapi.json" in note["detail"] and "instead of the pages" in note["detail"]
        insisted = run_job("site", {"url": f"{site.url}/docs/", "type": "site"})
        assert "/orders" in [each["path"] for each in draft_of(api, insisted)["actions"]]
        assert "description_found" in [each["code"] for each in insisted["warnings"]]


def test_limits_and_kinds_of_sources_are_checked(api: Api) -> None:
    for limits in (
        {"pages": 201},
        {"depth": 5},
        {"bytes": 20_000_001},
        {"seconds": 601},
        {"colour": 1},
        {"hosts": ["a/b"]},
    ):
        order = {"integration": "x", "source": {"url": "https://d.example/"}, "limits": limits}
        assert api.post("/scrape-jobs", order).status == 422, limits  # A14
    for source in ({"type": "site", "document": "x"}, {"type": "site"}):
        assert api.post("/scrape-jobs", {"integration": "x", "source": source}).status == 422


@pytest.mark.parametrize(
    ("pages", "code"),
    [
        ({"/docs/": page("Empty")}, "nothing_to_import"),
        ({"/docs/": page("No base", body="<p><code>GET /pets</code></p>")}, "base_url_missing"),
        ({"/robots.txt": "User-agent: *\nDisallow: /\n", **docs()}, "robots_denied"),
        ({"/robots.txt": Reply("", 500), **docs()}, "source_unreachable"),
        ({}, "source_unreachable"),
        ({"/docs/": Reply("<div id=app></div><script src=x.js></script>")}, "nothing_to_import"),
    ],
)
def test_a_site_that_cannot_be_read_fails_with_its_own_code(
    api: Api, run_job: RunJob, pages: dict[str, Answer], code: str
) -> None:
    with serving(dict(pages)) as site:
        job = run_job("bad", {"url": f"{site.url}/docs/"})
    assert (job["status"], job["error"]["code"]) == ("failed", code), job["error"]
    assert api.get("/integrations/bad").status == 404


def test_a_base_url_comes_with_the_job_where_no_page_names_one(api: Api, run_job: RunJob) -> None:
    with serving({"/docs/": page("No base", body="<p><code>GET /pets</code></p>")}) as site:
        job = run_job("shop", {"url": f"{site.url}/docs/"}, base_url=API)
        assert draft_of(api, job)["integration"]["base_url"] == API


def test_a_redirect_to_another_site_is_told_and_not_followed_on(api: Api, run_job: RunJob) -> None:  # A14
    with (
        serving(docs()) as other,
        serving({"/docs": Reply(status=302, headers={"Location": f"{other.url}/docs/"})}) as site,
    ):
        job = run_job("shop", {"url": f"{site.url}/docs"})
    assert job["error"]["code"] == "source_unreachable"
    assert f"{other.url}/docs/" in job["error"]["suggested_fix"]


def test_each_step_twice_leaves_the_same_state(api: Api, aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> None:  # G7
    monkeypatch.setattr("chalicelib.scraper.jobs.aws.client", _NoWorkflow(jobs.aws.client))
    with serving(docs()) as site:
        job = api.ok("POST", "/scrape-jobs", {"integration": "shop", "source": {"url": f"{site.url}/docs/"}})
        event = {"workspace": "default", "job": job["id"]}

        def twice(step: Callable[[], dict[str, Any]]) -> dict[str, Any]:
            first = step()
            before = _state(api, job["id"])
            assert step() == first
            assert _state(api, job["id"]) == before
            return first

        assert twice(lambda: steps.discover(event))["next"] == "crawl"
        assert twice(lambda: steps.crawl(event, time_left_s=300)) == {**event, "chunks": [0], "next": "extract"}
        assert twice(lambda: steps.extract({**event, "chunk": 0}, time_left_s=300))["next"] == "done"
        assert twice(lambda: steps.merge(event))["next"] == "generate"
        assert steps.generate(event)["next"] == "stop"
        drafted = draft_of(api, job)
        assert steps.generate(event)["next"] == "stop"
        assert draft_of(api, job) == drafted
        assert drafted["total"] == 3


class _NoWorkflow:
    """AWS clients, but for the one that would run the steps by itself."""

    def __init__(self, make: Callable[..., Any]) -> None:
        self._make = make

    def __call__(self, service: str, **options: Any) -> Any:
        return _Silent() if service == "stepfunctions" else self._make(service, **options)


class _Silent:
    def start_execution(self, **_: Any) -> None: ...

    def stop_execution(self, **_: Any) -> None: ...


def _state(api: Api, job_id: str) -> dict[str, Any]:
    from chalicelib import aws

    shown = {
        key: value
        for key, value in api.ok("GET", f"/scrape-jobs/{job_id}").items()
        if key not in ("updated_at", "step")
    }
    s3 = aws.client("s3", read_timeout_s=20)
    listed = s3.list_objects_v2(Bucket=aws.bucket()).get("Contents", [])
    kept = {
        each["Key"]: aws.unpack(aws.get_object(each["Key"]))
        for each in listed
        if "/notes" in each["Key"] or "/fragments" in each["Key"]
    }
    for each in [each for each in kept if each.endswith("frontier")]:
        kept.pop(each)
    return {"job": shown, "kept": kept}


def test_a_cancelled_job_stops_in_the_middle_of_its_crawl(api: Api, aws: LocalAws) -> None:
    entered, go_on = threading.Event(), threading.Event()

    def slow(target: str, _: object) -> str:
        entered.set()
        go_on.wait(20)
        return page(target, *[f"/docs/{target[-1]}{n}" for n in range(9)], body=target)

    with serving({"/docs/": page("Start", "1", "2", "3")}, otherwise=slow) as site:
        site.pages |= {"/robots.txt": "", "/llms.txt": Reply("", 404), "/docs/llms.txt": Reply("", 404)}
        site.pages |= {f"/{name}": Reply("", 404) for name in ("sitemap.xml", ".well-known/api-catalog")}
        site.pages |= {
            f"{at}{name}": Reply("", 404)
            for at in ("/", "/docs/")
            for name in ("openapi.json", "openapi.yaml", "swagger.json")
        }
        job = api.ok("POST", "/scrape-jobs", {"integration": "shop", "source": {"url": f"{site.url}/docs/"}})
        assert entered.wait(30)
        assert api.ok("GET", f"/scrape-jobs/{job['id']}")["step"] == "crawl"
        assert api.ok("POST", f"/scrape-jobs/{job['id']}/cancel")["status"] == "cancelled"
        go_on.set()
        aws.drain(60)
        assert len([each for each in site.asked if each.startswith("/docs/") and each[-1].isdigit()]) <= crawling.ROUND
    assert api.ok("GET", f"/scrape-jobs/{job['id']}")["status"] == "cancelled"


def test_what_the_workflow_carries_is_small(api: Api, aws: LocalAws, run_job: RunJob) -> None:  # D10
    many = {f"/docs/p{n}": page(f"P{n}", body=endpoint("GET", f"/things{n}/{{id}}", "limit")) for n in range(40)}
    start = page("Start", *many, body=BASE)
    with serving({**many, "/docs/": start}) as site:
        job = run_job("big", {"url": f"{site.url}/docs/"})
    assert job["progress"]["pages_read"] == 41 and job["progress"]["endpoints"] == 40
    import boto3

    states = boto3.client("stepfunctions")
    arn = f"arn:aws:states:us-east-1:123456789012:execution:{settings().resource('scrape-job')}:{job['id']}"
    history = states.get_execution_history(executionArn=arn, maxResults=1000)["events"]
    carried = [
        str(value)
        for event in history
        for detail in event.values()
        if isinstance(detail, dict)
        for value in detail.values()
    ]
    assert any(
        '"chunks": [0, 1, 2, 3, 4, 5]'
        in each.replace('","', '", "')
        .replace("[0,1,2,3,4,5]", "[0, 1, 2, 3, 4, 5]")
        .replace('"chunks":[', '"chunks": [')
        for each in carried
    )
    assert max(map(len, carried)) < 32_000


def test_a_chunk_that_cannot_be_read_does_not_sink_the_job(
    api: Api, run_job: RunJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chalicelib.scraper.site import job as site_job

    real = site_job.read_parsed
    many = {f"/docs/p{n}": page(f"P{n}", body=endpoint("GET", f"/things{n}/{{id}}")) for n in range(12)}

    def fail(parsed: Any) -> Any:
        if "P1 " in parsed.text:
            raise ValueError("a bug in the reader")
        return real(parsed)

    monkeypatch.setattr(site_job, "read_parsed", fail)
    with serving({**many, "/docs/": page("Start", *many, body=BASE)}) as site:
        job = run_job("big", {"url": f"{site.url}/docs/"})
    assert job["status"] == "needs_review"
    assert "pages_unread" in [each["code"] for each in job["warnings"]]
    assert 0 < draft_of(api, job)["total"] < 12


def test_a_workspace_runs_three_jobs_at_once(api: Api, aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> None:  # G11
    monkeypatch.setattr("chalicelib.scraper.jobs.aws.client", _NoWorkflow(jobs.aws.client))
    order = {"integration": "x", "source": {"url": "http://127.0.0.1:8999/"}}
    started = [api.ok("POST", "/scrape-jobs", order) for _ in range(3)]
    refused = api.post("/scrape-jobs", order)
    assert (refused.status, refused.json["code"], refused.headers["Retry-After"]) == (429, "rate_limited", "15")
    assert "cancel" in refused.json["suggested_fix"]
    assert len(api.ok("GET", "/scrape-jobs")["data"]) == 3
    api.ok("POST", f"/scrape-jobs/{started[0]['id']}/cancel")
    assert api.post("/scrape-jobs", order).status == 202


def test_a_workspace_starts_fifty_jobs_a_day(aws: LocalAws) -> None:  # G11
    day = dt.datetime(2026, 5, 1, 23, 0, tzinfo=dt.UTC)
    for n in range(50):
        quota.take("default", f"job_{n}", now=day, running=jobs.RUNNING)
        quota.give_back("default", f"job_{n}")
    with pytest.raises(quota.RateLimited) as refused:
        quota.take("default", "job_50", now=day, running=jobs.RUNNING)
    assert refused.value.headers["Retry-After"] == "3600"
    quota.take("other", "job_51", now=day, running=jobs.RUNNING)
    quota.take("default", "job_52", now=day + dt.timedelta(hours=2), running=jobs.RUNNING)


def test_of_many_starts_at_once_only_as_many_pass_as_may(aws: LocalAws) -> None:  # G11
    now, passed = dt.datetime.now(dt.UTC), []

    def start(n: int) -> None:
        try:
            quota.take("default", jobs.new_row("default", "x", {}, now=now).id, now=now, running=jobs.RUNNING)
            passed.append(n)
        except quota.RateLimited:
            return

    threads = [threading.Thread(target=start, args=(n,)) for n in range(12)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(passed) == 3


def test_hostile_pages_change_nothing(api: Api, run_job: RunJob, model: Any) -> None:  # G10
    pages = {name: page(f"Notes on {name}", body=text) for name, text in hostile.PAGES.items()}
    start = page("Shop API", "pets", "orders", *pages, body=BASE)
    with serving({**docs(**pages), "/docs/": start}) as site, llm_server.serving(hostile.obedient) as llm:
        model(llm)
        job = run_job("shop", {"url": f"{site.url}/docs/"})
        assert all("tools" not in each for each in llm.asked)
    assert (job["status"], job["auto_publish"], job["progress"]["pages_read"]) == ("needs_review", False, 18)
    assert api.get("/integrations/shop").status == 404
    draft = draft_of(api, job)
    assert (draft["integration"]["base_url"], draft["integration"].get("hosts", [])) == (API, [])
    assert {("GET", "/pets/{id}"), ("POST", "/pets"), ("GET", "/orders")} <= {
        (each["method"], each["path"]) for each in draft["actions"]
    }
    assert {each["state"] for each in draft["actions"]} == {"proposed"}
    told = json.dumps([draft["integration"]["auth"], [{**each, "warnings": None} for each in draft["actions"]]])
    assert not [bad for bad in ("evil.zz", "169.254", "canary", "X-Forward-To", "/pwn") if bad in told]
    assert "model_claims_dropped" in {each["code"] for each in job["warnings"]}


def test_what_a_model_adds_without_proof_is_accepted_by_name_only(api: Api, run_job: RunJob, model: Any) -> None:  # G10
    prose = page("Refunds", body="<p>Refunds are given when you POST something to the path /refunds at our side.</p>")
    claim = llm_server.endpoint("POST", "/refunds", "POST something to the path /refunds")
    listing = llm_server.endpoint("GET", "/orders", "GET /orders")

    def say(question: str, _: object) -> Any:
        return {**EMPTY, "endpoints": [claim] if "Refunds" in question else [listing]}

    start = page("Shop API", "pets", "orders", "refunds", body=BASE)
    with serving({**docs(refunds=prose), "/docs/": start}) as site, llm_server.serving(say) as llm:
        model(llm, input_usd="1", output_usd="1")
        job = run_job("shop", {"url": f"{site.url}/docs/"}, auto_publish=True)
    assert job["progress"]["tokens"] == 4 * 1_100 and job["progress"]["cost_usd"] == pytest.approx(0.0044)
    draft = draft_of(api, job)
    (refund,) = [each for each in draft["actions"] if each["path"] == "/refunds"]
    assert "endpoint_unverified" in {each["code"] for each in refund["warnings"]}
    assert job["status"] == "published"
    assert api.get(f"/actions/shop/{refund['name']}").status == 404
    held = api.ok("GET", f"/scrape-jobs/{job['id']}/draft?warning=endpoint_unverified")["actions"]
    assert [each["name"] for each in held] == [refund["name"]]
    all_at_once = api.ok("PATCH", f"/scrape-jobs/{job['id']}/draft", {"state": "accepted"})
    assert list(all_at_once["held"]) == [refund["name"]]
    assert all_at_once["states"]["proposed"] == 1
    done = api.ok("POST", f"/scrape-jobs/{job['id']}/publish", {})
    assert refund["name"] in done["held"]
    assert api.ok("POST", f"/scrape-jobs/{job['id']}/publish", {"accept": [refund["name"]]})["published"]


@pytest.mark.parametrize(
    "said",
    [Status(429), Status(500), Raw("no"), Raw("{", "length"), Status(200, body=b"\x00"), Raw("", "content_filter")],
)
def test_a_model_that_fails_leaves_what_rules_read(
    api: Api, run_job: RunJob, model: Any, said: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr("chalicelib.scraper.site.llm.client._MOST_WAIT_S", 0.0)
    with serving(docs()) as site, llm_server.serving(lambda *_: said) as llm:
        model(llm)
        job = run_job("shop", {"url": f"{site.url}/docs/"})
    assert (job["status"], job["progress"]["endpoints"]) == ("needs_review", 3)
    (warning,) = [each for each in job["warnings"] if each["code"] == "model_failed"]
    assert warning["detail"].startswith("3 questions: ")


def test_the_key_of_the_model_is_nowhere(
    api: Api, run_job: RunJob, model: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    with serving(docs()) as site, llm_server.serving(lambda *_: Status(401)) as llm:
        model(llm)
        job = run_job("shop", {"url": f"{site.url}/docs/"})
        assert llm.keys == {"Bearer canary-5e1f"}
    captured = capfd.readouterr()
    assert "canary" not in captured.out + captured.err + json.dumps(job) + repr(settings())
