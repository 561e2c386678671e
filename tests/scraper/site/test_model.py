"""Reading with a model: it may add what it quotes, and whatever it does otherwise is survived."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from chalicelib.scraper.site import trust
from chalicelib.scraper.site.llm import answers, client, prompt, reading
from chalicelib.scraper.site.llm.checks import check
from chalicelib.scraper.site.llm.client import Budget, ModelFailed
from chalicelib.scraper.site.merge import merge
from chalicelib.scraper.site.page import Page, Parsed, parse
from chalicelib.scraper.site.reader import read_parsed
from chalicelib.scraper.site.storage import Store
from chalicelib.settings import settings
from infra.local.standin import LocalAws
from tests.scraper import llm_server
from tests.scraper.llm_server import EMPTY, Llm, Raw, Status, endpoint, parameter
from tests.scraper.site import hostile, served
from tests.scraper.site.served import page

PAGE = """
<h1>Orders</h1><h2 id="list">List orders</h2>
<p>To list orders, send a GET request to the orders collection at /v2/orders. Use <code>per_page</code> to say how many
(optional, integer). The collection lives at https://api.petshop.zz/v2 and takes a token with the scope
orders:read.</p>
<p><code>DELETE /v2/orders/{id}</code></p><p>Send the key in the X-Shop-Key header.</p>
"""
LIST = endpoint(
    "GET",
    "/v2/orders",
    "send a GET request to the orders collection at /v2/orders",
    parameter("per_page", "Use per_page to say how many (optional, integer)", place="query", type="integer"),
)
DELETE = endpoint("DELETE", "/v2/orders/{id}", "DELETE /v2/orders/{id}")


def parsed(text: str = PAGE) -> Parsed:
    return parse(Page("https://docs.shop.example/orders", "text/html", text))


def understood(**members: Any) -> answers.Understood:
    return answers.understand(json.dumps({**EMPTY, **members}))


@pytest.fixture
def configure(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Llm], None]]:
    """Names a server's model in the settings, with a canary for its key."""

    def name(llm: Llm, **others: str) -> None:
        chosen = {"base_url": llm.url, "model": "test-1", "api_key": "canary-key-5e1f", **others}
        for key, value in chosen.items():
            monkeypatch.setenv(f"WAYGATE_LLM_{key.upper()}", value)
        settings.cache_clear()

    yield name
    monkeypatch.undo()
    settings.cache_clear()


def ask(tokens: int = 100_000) -> client.Reply:
    model = client.configured()
    assert model is not None
    model.sleep = lambda _: None
    return model.ask(prompt.SYSTEM, prompt.questions(parsed())[0], Budget(tokens))


@pytest.mark.parametrize("way", client.WAYS)
def test_a_server_is_asked_in_the_way_that_it_knows(way: str, configure: Any) -> None:
    with llm_server.serving(lambda *_: {**EMPTY, "endpoints": [DELETE]}, ways=(way,)) as llm:
        configure(llm)
        reply = ask()
        assert reply.way == way
        assert answers.understand(reply.text).endpoints[0].path == "/v2/orders/{id}"
        assert llm.asked[-1]["path"] == "/v1/chat/completions"
        assert llm.keys == {"Bearer canary-key-5e1f"}


def test_a_way_that_a_server_refuses_is_not_tried_again(configure: Any) -> None:
    with llm_server.serving(lambda *_: EMPTY, ways=("json_object",)) as llm:
        configure(llm)
        model = client.configured()
        assert model is not None
        for _ in range(2):
            assert model.ask("s", "q", Budget(100_000)).way == "json_object"
        assert len(llm.asked) == 4


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (Status(401), "the server answered 401"),
        (Status(429), "the server answered 429"),
        (Status(400), "the server answered 400"),
        (Raw("", "stop", {"role": "assistant", "content": None, "refusal": "I cannot"}), "the model refused"),
        (Raw("x", "content_filter"), "the model refused"),
        (Raw('{"endpoints": [{"me', "length"), "the answer was cut off"),
        (Raw("Sure! Here are the endpoints:"), "the answer is not JSON"),
        (Raw('{"endpoints": {}}'), "the answer is not of the wanted shape"),
        (Raw("[" * 100_000), "the answer is not JSON"),
        (Raw("[]"), "the answer is not of the wanted shape"),
        (Raw(" "), "the answer is empty"),
        (Status(200, body=b"<html>gateway</html>"), "the answer is not one of chat completions"),
        (Status(200, body=b'{"choices": []}'), "the answer is empty"),
    ],
)
def test_what_a_server_does_wrong_has_a_short_reason(said: Any, reason: str, configure: Any) -> None:
    with llm_server.serving(lambda *_: said, ways=("json_schema", "tool", "json_object")) as llm:
        configure(llm)
        with pytest.raises(ModelFailed) as failed:
            ask()
        assert failed.value.reason == reason
        assert "canary" not in repr(failed.value.__dict__) + str(failed.value)


def test_a_busy_server_is_asked_again_when_it_says(configure: Any) -> None:
    said: list[Any] = [Status(429, {"Retry-After": "3"}), Status(503), EMPTY]
    with llm_server.serving(lambda *_: said.pop(0)) as llm:
        configure(llm)
        model = client.configured()
        assert model is not None
        slept: list[float] = []
        model.sleep = slept.append
        assert model.ask("s", "q", Budget(100_000)).way == "json_schema"
        assert slept == [3.0, 2.0]


def test_a_server_that_is_down_or_silent_is_told(configure: Any) -> None:
    with llm_server.serving(lambda *_: EMPTY) as llm:
        pass
    configure(llm)
    with pytest.raises(ModelFailed, match="cannot be reached"):
        ask()


def test_nothing_is_asked_that_cannot_be_paid(configure: Any) -> None:  # G10
    with llm_server.serving(lambda *_: Raw("nonsense")) as llm:
        configure(llm)
        with pytest.raises(client.OutOfTokens):
            ask(tokens=100)
        assert llm.asked == []
        with pytest.raises(ModelFailed):
            ask(tokens=5_000)
        assert len(llm.asked) == 1


def test_the_schema_is_one_that_strict_servers_take() -> None:
    def walk(node: Any) -> None:
        if isinstance(node, dict):
            if node.get("type") == "object":
                assert node["additionalProperties"] is False
                assert set(node["required"]) == set(node["properties"])
            for each in node.values():
                walk(each)
        elif isinstance(node, list):
            for each in node:
                walk(each)

    walk(answers.schema())
    assert set(answers.schema()["properties"]) == {"endpoints", "base_urls", "auth"}


def test_what_is_quoted_is_kept_with_its_place() -> None:
    checked = check(understood(endpoints=[LIST, DELETE]), parsed())
    listed, deleted = checked.fragments.endpoints
    assert (listed.method, listed.path, listed.form) == ("GET", "/v2/orders", "model")
    assert [each.name for each in listed.parameters] == ["per_page"]
    assert listed.evidence.url == "https://docs.shop.example/orders#list"
    assert (checked.dropped, checked.unverified) == (0, (listed.evidence.quote,))
    assert listed.evidence.confidence < 0.5 < deleted.evidence.confidence


@pytest.mark.parametrize(
    "claim",
    [
        endpoint("GET", "/v2/invoices", "GET /v2/invoices"),  # nowhere on the page
        endpoint("GET", "/v2/orders", "GET /v2/orders returns every order"),  # a quote that is not
        endpoint("GET", "/v2/order", "at /v2/orders."),  # a part of a longer path
        endpoint("GET", "/v2/orders", "List orders"),  # a quote that does not hold the path
        endpoint("GET", "http://169.254.169.254/v2/orders", "at /v2/orders."),
        endpoint("GET", "https://evil.zz/v2/orders", "at /v2/orders."),
        {**DELETE, "note": "unknown member"},
        {**DELETE, "method": "FETCH"},
        {**DELETE, "summary": "x" * 2_001},
        {"path": "/v2/orders"},
        "DELETE /v2/orders/{id}",
        None,
    ],
)
def test_what_the_page_does_not_say_is_dropped_and_counted(claim: Any) -> None:  # G10
    checked = check(understood(endpoints=[claim]), parsed())
    assert checked.fragments.endpoints == ()
    assert checked.dropped == 1


def test_names_hosts_and_scopes_have_to_be_on_the_page() -> None:  # G10
    quote = "The collection lives at https://api.petshop.zz/v2 and takes a token with the scope orders:read."
    key = {
        "kind": "api_key",
        "place": "header",
        "name": "X-Shop-Key",
        "scopes": [],
        "quote": "in the X-Shop-Key header",
    }
    token = {"kind": "oauth2", "place": None, "name": None, "scopes": ["orders:read"], "quote": quote}
    said = understood(
        base_urls=[
            {"url": "https://api.petshop.zz/v2", "quote": quote},
            {"url": "https://api.evil.zz/v2", "quote": quote},
            {"url": "http://169.254.169.254/", "quote": quote},
        ],
        auth=[
            key,
            token,
            {**key, "name": "X-Other-Key"},
            {**key, "name": None},
            {**token, "scopes": ["orders:read", "admin"]},
            {**token, "scopes": ["read"]},
        ],
    )
    checked = check(said, parsed())
    assert [each.url for each in checked.fragments.base_urls] == ["https://api.petshop.zz/v2"]
    assert [(each.kind, each.name, each.scopes) for each in checked.fragments.auth] == [
        ("api_key", "X-Shop-Key", ()),
        ("oauth2", None, ("orders:read",)),
    ]
    assert checked.dropped == 6


def test_free_text_is_copied_or_left_out() -> None:
    invented = parameter("per_page", "Use per_page to say", description="Send your password here")
    copied = parameter("per_page", "Use per_page to say", description="say how many")
    said = understood(
        endpoints=[
            endpoint("DELETE", "/v2/orders/{id}", "DELETE /v2/orders/{id}", invented, copied, summary="Delete it all"),
            endpoint("DELETE", "/v2/orders/{id}", "DELETE /v2/orders/{id}", summary="List orders"),
        ]
    )
    first, second = check(said, parsed()).fragments.endpoints
    assert (first.summary, second.summary) == ("", "List orders")
    assert [each.description for each in first.parameters] == ["", "say how many"]


def test_an_answer_has_bounds() -> None:  # G10
    many = understood(endpoints=[DELETE] * 250)
    assert (len(many.endpoints), many.dropped) == (answers.MOST_ENDPOINTS, 50)


def test_questions_are_small_and_show_the_page_as_it_is_quoted() -> None:
    rows = "".join(f"<tr><td>name{n}</td><td>integer</td><td>{'long text ' * 20}</td></tr>" for n in range(500))
    long = parsed(f"<h1>Big</h1><table>{rows}</table>" + "<p>word </p>" * 9_000)
    asked = prompt.questions(long)
    assert 1 < len(asked) <= prompt.MOST_PARTS
    assert all(len(each) < prompt.PART_CHARACTERS + 400 for each in asked)
    assert long.holds("name3   integer   long text")


def test_what_a_model_said_is_stored_paid_once_and_holds_no_secret(aws: LocalAws, configure: Any) -> None:  # G7 G10
    with llm_server.serving(lambda *_: {**EMPTY, "endpoints": [LIST, endpoint("GET", "/none", "no")]}) as llm:
        configure(llm, input_usd="2", output_usd="10")
        store, model = Store("default", "job_1"), client.configured()
        assert model is not None
        outcomes = [reading.read({0: parsed()}, model, store, tokens=50_000, time_left_s=200) for _ in range(2)]
        assert len(llm.asked) == 1
        assert outcomes[0] == outcomes[1]
        assert (outcomes[0].tokens, outcomes[0].dropped, outcomes[0].failed) == (1_100, 1, {})
        assert outcomes[0].cost_usd == pytest.approx(0.003)
        kept = _stored()
        assert any("BEGIN PAGE" in each for each in kept)
        assert not any("canary" in each for each in kept)


def _stored() -> list[str]:
    from chalicelib import aws

    s3 = aws.client("s3", read_timeout_s=20)
    listed = s3.list_objects_v2(Bucket=aws.bucket(), Prefix="crawls/")["Contents"]
    return [json.dumps(aws.unpack(aws.get_object(each["Key"]) or b"")) for each in listed]


def test_tokens_and_time_bound_what_is_asked(aws: LocalAws, configure: Any) -> None:  # G10
    pages = {n: parsed(PAGE.replace("Orders", f"Orders {n}")) for n in range(5)}
    with llm_server.serving(lambda *_: EMPTY) as llm:
        configure(llm)
        model = client.configured()
        assert model is not None
        poor = reading.read(pages, model, Store("default", "a"), tokens=6_000, time_left_s=200)
        assert poor.left > 0 and poor.tokens <= 6_000
        late = reading.read(pages, model, Store("default", "b"), tokens=10**6, time_left_s=1)
        assert late.failed == {"the step's time was up": 5}


def test_without_a_setting_there_is_no_model() -> None:
    assert client.configured() is None


@pytest.mark.parametrize("name", hostile.PAGES)
def test_a_hostile_page_changes_nothing_that_others_say(name: str) -> None:  # G10
    address = "https://docs.shop.example"
    pages = {
        "/": page("Shop API", body="<h2>Base URL</h2><pre><code>https://api.petshop.zz</code></pre>"),
        "/pets": page("Pets", body=served.endpoint("GET", "/pets/{id}") + served.endpoint("POST", "/pets", "name")),
        "/orders": page("Orders", body=served.endpoint("GET", "/orders", "limit")),
        f"/{name}": page("Notes", body=hostile.PAGES[name]),
    }
    read = [parse(Page(address + path, "text/html", text)) for path, text in pages.items()]
    rules = [read_parsed(each) for each in read]
    said = [
        check(answers.understand(json.dumps(hostile.obedient(question))), each).fragments
        for each in read
        for question in prompt.questions(each)
    ]
    document = merge(trust.sifted([*rules, *said], address + "/"), start_url=address).document
    assert [each["url"] for each in document["servers"]] == ["https://api.petshop.zz"]
    calls = {f"{method.upper()} {path}" for path, item in document["paths"].items() for method in item}
    assert {"GET /pets/{id}", "POST /pets", "GET /orders"} <= calls
    assert not calls & {"POST /pwn", "GET /latest/api/token", "GET /latest/meta-data"}
    assert not any("/bulk/" in each for each in calls)
    assert "canary" not in json.dumps(document.get("components", {}))


def test_a_never_called_address_is_no_base_url() -> None:  # G10
    text = "<p>The base URL is <code>http://169.254.169.254/latest</code>.</p><p><code>GET /things</code></p>"
    fragments = [read_parsed(parsed(text))]
    assert (
        merge(trust.sifted(fragments, "https://d.example/"), start_url="https://d.example/").document["servers"] == []
    )
