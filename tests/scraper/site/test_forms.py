"""The small readers behind the reader of pages: addresses, snippets, commands, lines, and markup as it really comes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.scraper.site import (
    curl,
    details,
    html,
    httpie,
    lines,
    literals,
    paths,
    reader,
    samples,
    shortcodes,
    snippets,
    vocabulary,
)
from chalicelib.scraper.site.page import Page


def shown(text: str) -> list[dict[str, Any]]:
    """Requests of a snippet in short."""
    return [
        {"request": f"{each.method} {each.target.host}{each.target.path}", "query": dict(each.query),
         "form": dict(each.form), "basic": each.basic}
        for each in snippets.read(text)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("written", "template"),
    [
        ("/users/:id", "/users/{id}"),
        ("/users/<int:id>", "/users/{id}"),
        ("/containers/(id or name)/json", "/containers/{id_or_name}/json"),
        ("/buckets/(bucket_id)/collections", "/buckets/{bucket_id}/collections"),
        ("/files{/path}", "/files/{path}"),
        ("/files/{+path}", "/files/{path}"),
        ("<index>/_doc/<_id>", "/{index}/_doc/{id}"),
        ("{project}/issues", "/{project}/issues"),
    ],
)
def test_placeholders_of_every_style_become_braces(written: str, template: str) -> None:
    found = paths.target(written)
    assert found is not None
    assert (found.host, found.path) == ("", template)


@pytest.mark.parametrize("host", ["<host>", "{base_url}", "{{baseUrl}}", "<your-domain>", "{server}"])
def test_a_placeholder_that_stands_for_a_host_is_no_part_of_the_path(host: str) -> None:
    found = paths.target(f"{host}/users")
    assert found is not None
    assert (found.host, found.path) == (host, "/users")


def test_a_uri_template_names_the_parameters_of_the_query() -> None:
    found = paths.target("/questions{?page,limit}")
    assert found is not None
    assert (found.path, dict(found.query)) == ("/questions", {"page": "", "limit": ""})


@given(st.text(max_size=300))
def test_no_text_upsets_the_readers_of_examples(text: str) -> None:
    paths.target(text)
    list(snippets.read(f"fetch('{text}', {{body: {text}"))
    list(httpie.read(f"http {text}"))
    list(curl.read(f"curl {text}"))
    list(lines.find(f"GET {text}"))
    literals.members("{" + text, 0)


@given(st.dictionaries(st.from_regex(r"[a-z_]{1,12}", fullmatch=True), st.integers(0, 999), max_size=8))
def test_an_object_literal_gives_its_members_in_every_dialect(values: dict[str, int]) -> None:
    wanted = [(name, str(value)) for name, value in values.items()]
    python = "{" + ", ".join(f'"{name}": {value}' for name, value in values.items()) + "}"
    script = "{ " + ", ".join(f"{name}: {value}" for name, value in values.items()) + " }"
    php = "[" + ", ".join(f"'{name}' => {value}" for name, value in values.items()) + "]"
    assert literals.members(python, 0) == literals.members(script, 0) == literals.members(php, 0) == wanted


@pytest.mark.parametrize(
    ("snippet", "wanted"),
    [
        (
            "await fetch(`https://api.x.io/users/${userId}`, {method: 'PUT', body: JSON.stringify({ name, age: 3 })})",
            {"request": "PUT https://api.x.io/users/{userId}", "form": {"name": "", "age": "3"}},
        ),
        (
            'requests.post("https://api.x.io/users", json={"name": "Ada"}, params={"dry": "1"}, auth=("u", "p"))',
            {"request": "POST https://api.x.io/users", "form": {"name": "Ada"}, "query": {"dry": "1"},
             "basic": "user:password"},
        ),
        (
            'payload = {"name": "Ada", "tags": ["a", "b"]}\nr = requests.put(BASE + "/users/7", json=payload)',
            {"request": "PUT /users/7", "form": {"name": "Ada", "tags": ""}},
        ),
        (
            "$client->request('DELETE', 'https://api.x.io/users/' . $id . '/keys', ['query' => ['all' => 1]]);",
            {"request": "DELETE https://api.x.io/users/{id}/keys", "query": {"all": "1"}},
        ),
        ("axios.post('/v1/users', { name: 'Ada' })", {"request": "POST /v1/users", "form": {"name": "Ada"}}),
        (
            'req, _ := http.NewRequest("PATCH", "https://api.x.io/users/"+id, body)',
            {"request": "PATCH https://api.x.io/users/{id}"},
        ),
        (
            'HttpResponseMessage r = await client.GetAsync($"https://api.x.io/users/{id}");',
            {"request": "GET https://api.x.io/users/{id}"},
        ),
        (
            "uri = URI('https://api.x.io/users')\nreq = Net::HTTP::Post.new(uri)",
            {"request": "POST https://api.x.io/users"},
        ),
        (
            "http PATCH https://api.x.io/users/7 dry==1 name=Ada age:=3 X-Token:abc",
            {"request": "PATCH https://api.x.io/users/7", "query": {"dry": "1"}, "form": {"name": "Ada", "age": "3"}},
        ),
        ("http -a bob:secret :8000/users/", {"request": "GET localhost:8000/users/", "basic": "bob:secret"}),
    ],
)  # fmt: skip
def test_a_snippet_shows_its_request_in_every_language(snippet: str, wanted: dict[str, Any]) -> None:
    (found,) = shown(snippet)
    assert found == {"query": {}, "form": {}, "basic": None, **wanted}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Send a POST request to the URL endpoint /v1/actions/restart.", [("POST", "/v1/actions/restart")]),
        ("perform an HTTP POST on JOBS_URL/job/NAME/build", [("POST", "/job/{name}/build")]),
        ("GET /a and GET /b", [("GET", "/a"), ("GET", "/b")]),
        ("To GET started, see the guide/intro.", []),
    ],
)
def test_prose_names_a_method_and_a_path(text: str, wanted: list[tuple[str, str]]) -> None:
    assert [(line.method, line.target.path) for line in lines.find(text)] == wanted


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Method URL:", "path"),
        ("Preferred HTTP method", "method"),
        ("Supported request methods", "method"),
        ("Callback URL", None),
        ("Base URL", None),
        ("Payment method", None),
    ],
)
def test_labels_are_told_by_their_words(text: str, kind: str | None) -> None:
    assert vocabulary.label(text) == kind


def test_a_heading_that_quotes_its_subject_names_a_part() -> None:
    assert vocabulary.is_structural("Parameters for “List repository issues”")
    assert vocabulary.is_structural("Query Parameter(s)")
    assert not vocabulary.is_structural("status.json")


def test_spans_side_by_side_are_words_but_signs_stay_where_they_are() -> None:
    source = "<p><b>limit</b><span>integer</span></p><dl><dt><span>GET </span><span>/a/</span><span>(</span><em>b</em>"
    _, blocks, _ = html.read(f"{source}<span>)</span><a class='headerlink' href='#x'>¶</a></dt><dd>Reads.</dd></dl>")
    assert blocks[0].inline.text == "limit integer"  # type: ignore[union-attr]
    assert blocks[1].term.template == "GET /a/(b)"  # type: ignore[union-attr]


def test_an_element_that_begins_a_block_after_an_empty_one_is_read() -> None:
    found = reader.read_page(Page("https://h.invalid/", "text/html", "<div><span> </span></div><div><b>x</b></div>"))
    assert found.endpoints == ()


def test_what_stands_below_a_parameter_describes_it() -> None:
    page = """
# Create a token

`PUT /tokens`

### Request body

- `Kind` (string) - One of the following values:
  - `client`
  - `management`
- `Policies` (array) - The policies.
  - `ID` (string) - Of the policy.
"""
    (endpoint,) = reader.read_page(Page("https://h.invalid/a.md", "text/markdown", page)).endpoints
    found = {each.name: each for each in endpoint.parameters}
    assert set(found) == {"Kind", "Policies"}
    assert found["Kind"].enum == ("client", "management")
    assert "Of the policy" in found["Policies"].description


def test_what_is_described_before_its_endpoint_belongs_to_it() -> None:
    page = """
# Scheduling

## Optional arguments

| Name | Type | Description |
|------|------|-------------|
| `at` | string | When. Default is `now`. |

## Example

    curl -X POST https://api.x.io/schedule -d at=now
"""
    (endpoint,) = reader.read_page(Page("https://h.invalid/a.md", "text/markdown", page)).endpoints
    described = next(each for each in endpoint.parameters if each.description)
    assert (described.name, described.default) == ("at", "now")


def test_choices_that_follow_are_announced() -> None:
    assert details.announces_choices("The kind. One of:")
    assert details.announces_choices("Possible values")
    assert not details.announces_choices("A plain description.")


@pytest.mark.parametrize("nest", ["<ul><li><code>a</code> - x", "<dl><dt>a</dt><dd>x", "<div><span>x"])
def test_a_page_is_read_to_where_it_nests_without_end(nest: str) -> None:  # D5
    found = reader.read_page(Page("https://h.invalid/", "text/html", "<p>GET /things</p>" + nest * 60_000))
    assert found.is_cut
    assert [each.path for each in found.endpoints] == ["/things"]


@pytest.mark.parametrize(
    "text", ["fetch('/a', {body: {", "PUT a/b\n{\n", "POST /a HTTP/1.1\n", "http GET :80/a ", 'x->get("/a" . $a']
)
def test_a_block_shows_no_more_requests_than_anybody_reads(text: str) -> None:
    found = reader.read_page(Page("https://h.invalid/", "text/html", "<pre>" + text * 20_000 + "</pre>"))
    assert len(found.endpoints) <= 1_000


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("/api/0.6/[node|way]/#id/history", "/api/0.6/{node_way}/{id}/history"),
        ("/tile({x},{y}).mvt", "/tile({x},{y}).mvt"),
        ("/route/{profile}[.{format}]", "/route/{profile}"),
        ("https://admin:secret@x.io/users", "/users"),
    ],
)
def test_paths_of_wikis_are_read(written: str, path: str) -> None:
    found = paths.target(written)
    assert found is not None
    assert found.path == path
    assert "secret" not in found.host


def test_a_schema_that_is_shown_for_an_example_is_what_it_describes() -> None:
    schema = {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "tags": {"type": "array", "items": {"type": "integer"}},
            "owner": {"type": "object", "properties": {"id": {"type": "number"}}},
        },
    }
    assert samples.of_schema(schema) == {"name": "", "tags": [0], "owner": {"id": 0.5}}
    assert samples.of_schema({"type": "object", "name": "x"}) == {"type": "object", "name": "x"}


def test_shortcodes_leave_their_words() -> None:
    assert shortcodes.plain("a {{< required >}}b {{% note %}}c <Optional />d") == "a (required) b c (optional) d"
    assert "`GET https://a.io/users`" in shortcodes.unfolded(
        '{% swagger method="get" baseUrl="https://a.io" path="/users" %}'
    )
