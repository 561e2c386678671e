"""Where the API is, by what pages say and what the owner says; and which paths are its own."""

from __future__ import annotations

from chalicelib.scraper.site import merge, reader
from chalicelib.scraper.site.page import Page

VERSIONED = """
# Keys

The base URL is `{base}`.

## Read a key

`GET /keys/:key`

    curl {base}/keys/my-key
"""


def merged(text: str, base_url: str | None = None) -> merge.Merged:
    page = Page("https://handbook.invalid/keys.md", "text/markdown", text)
    return merge.merge([reader.read_page(page)], start_url=page.url, base_url=base_url)


def servers_and_paths(found: merge.Merged) -> tuple[list[str], list[str]]:
    return [each["url"] for each in found.document["servers"]], list(found.document["paths"])


def test_a_base_path_is_the_servers_where_the_pages_say_where_the_api_is() -> None:
    found = merged(VERSIONED.format(base="https://api.vaulted.io/v1"))
    assert servers_and_paths(found) == (["https://api.vaulted.io/v1"], ["/keys/{key}"])


def test_an_owners_bare_origin_leaves_the_base_path_to_the_paths() -> None:
    found = merged(VERSIONED.format(base="http://127.0.0.1:8500/v1"), base_url="https://kv.mine.io")
    assert servers_and_paths(found)[1] == ["/v1/keys/{key}"]


def test_an_owners_base_path_stands_for_that_of_the_pages() -> None:
    found = merged(VERSIONED.format(base="http://127.0.0.1:8500/v1"), base_url="https://kv.mine.io/v2")
    assert servers_and_paths(found)[1] == ["/keys/{key}"]


def test_a_version_that_only_examples_show_belongs_to_every_path() -> None:
    text = "# Crates\n\n`GET /crates/(id or name)/json`\n\nExample request:\n\n    GET /v1.9/crates/4fa/json HTTP/1.1\n"
    more = "\n# Volumes\n\n`GET /volumes`\n\n**Example request**:\n\n    GET /v1.9/volumes HTTP/1.1\n"
    assert servers_and_paths(merged(text + more)) == ([], ["/v1.9/crates/{id_or_name}/json", "/v1.9/volumes"])


def test_a_host_to_be_filled_in_is_told() -> None:
    said = VERSIONED.format(base="https://your-domain.example.com/v1")
    assert "base_url_stand_in" in {code for code, _, _ in merged(said).warnings}
    assert "base_url_stand_in" not in {code for code, _, _ in merged(said, "https://kv.mine.io").warnings}
    local = merged(VERSIONED.format(base="http://localhost:8500/v1"))
    assert "base_url_stand_in" not in {code for code, _, _ in local.warnings}


def test_an_address_that_is_only_linked_to_is_not_where_the_api_is() -> None:
    links = "See https://chat.community.io/keys?ref=readme and `https://code.forge.io/x/keys`."
    found = merged(f"# Keys\n\n{links}\n\n## List\n\n`GET /keys`\n")
    assert found.document["paths"].keys() == {"/keys"}


def test_what_the_api_calls_is_none_of_its_endpoints() -> None:
    text = VERSIONED.format(base="https://api.vaulted.io/v1") + (
        "\n## Webhooks\n\nWe tell you of each change:\n\n```\nPOST https://your-server.example.com/hooks/vaulted\n```\n"
    )
    found = merged(text)
    assert list(found.document["paths"]) == ["/keys/{key}"]
    assert "webhook" in {each.reason for each in found.left_out}


def test_words_about_all_routes_of_a_kind_are_no_route() -> None:
    text = "# Search\n\n`POST /launches/query`\n\n`POST /rockets/query`\n"
    about = "\n# About\n\nSend a POST request to the /query routes.\n"
    assert set(merged(text + about).document["paths"]) == {"/launches/query", "/rockets/query"}


def test_numbers_after_a_plural_are_ids_even_near_the_root() -> None:
    posts = "# Posts\n\n```\nGET /posts\nGET /posts/1\nGET /posts/1/comments\n```\n"
    text = posts + "\n# Version\n\n```\nGET /api/2/info\n```\n"
    assert set(merged(text).document["paths"]) == {
        "/posts",
        "/posts/{post_id}",
        "/posts/{post_id}/comments",
        "/api/2/info",
    }
