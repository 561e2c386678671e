"""The search's pure core: terms, weights, the index and its merging, and the ranking."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.registry.search.documents import Document, document
from chalicelib.registry.search.index import Index, build, load, merged
from chalicelib.registry.search.rank import Part, Question, family, ranked
from chalicelib.registry.search.words import stem, terms

WORDS = st.sampled_from(["pet", "issue", "create", "list", "close", "owner", "über", "v2"])
DOCUMENTS = st.lists(
    st.builds(
        Document,
        name=st.sampled_from([f"action-{n}" for n in range(9)]),
        tags=st.just(()) | st.just(("Blue tag",)),
        weights=st.dictionaries(WORDS, st.integers(1, 255), min_size=1),
    ),
    max_size=6,
    unique_by=lambda each: each.name,
)
WORLDS = st.dictionaries(st.sampled_from("abcd"), st.tuples(st.integers(1, 9), DOCUMENTS), max_size=4)


def test_words_are_split_where_case_and_punctuation_say_so() -> None:
    assert terms("listPullRequests /v2/HTTPServer_logs") == ["list", "pull", "request", "v2", "http", "server", "log"]
    assert terms("Größe löschen") == ["groß", "losch"] or terms("Größe löschen")[1] == "loschen"
    assert terms("the of and") == []


def test_endings_meet() -> None:
    assert stem("issues") == stem("issue") == stem("issuing")
    assert stem("repositories") == stem("repository")
    assert stem("created") == stem("create") == stem("creates")
    assert stem("status") == "status"


@given(st.text())
def test_any_text_has_terms_that_hold_no_white_space(text: str) -> None:
    assert all(term and not any(c.isspace() for c in term) and len(term) <= 40 for term in terms(text))


def test_what_names_an_action_weighs_more_than_what_describes_it() -> None:
    facts = {"summary": "Create an issue", "description": "In a repository, by its owner.", "path": "/x"}
    weights = document("tracker", "create-issue", facts).weights
    assert weights[stem("issue")] > weights["owner"] >= 1
    assert max(weights.values()) <= 255


@given(WORLDS)
def test_an_index_survives_being_stored(world: dict[str, tuple[int, list[Document]]]) -> None:
    index = build(world)
    again = load(index.dump())
    assert again is not None
    assert told(again) == told(index) == expected(world)


@given(WORLDS, WORLDS)
def test_merging_is_building_of_what_is_newer(
    base: dict[str, tuple[int, list[Document]]], newer: dict[str, tuple[int, list[Document]]]
) -> None:
    both = merged(build(base), build(newer))
    assert told(both) == expected({**base, **newer})
    assert both.generations == {name: generation for name, (generation, _) in {**base, **newer}.items()}


@given(WORLDS, WORLDS, st.lists(WORDS, min_size=1, max_size=4))
def test_two_indexes_answer_as_the_merged_one(
    base: dict[str, tuple[int, list[Document]]], newer: dict[str, tuple[int, list[Document]]], words: list[str]
) -> None:
    old, new = build(base), build(newer)
    kept = frozenset(old.generations) - frozenset(new.generations)
    apart = set(ranked([Part(old, kept), Part(new)], Question(" ".join(words)), 50))
    both = merged(old, new)
    together = set(ranked([Part(both)], Question(" ".join(words)), 50))
    if set(both.terms) == {*old.terms, *new.terms}:
        assert apart == together
    else:  # a word that only outdated documents hold: nothing has all the words, so nothing is left out
        assert apart >= together


@given(WORLDS, WORDS)
def test_filters_only_ever_take_away(world: dict[str, tuple[int, list[Document]]], word: str) -> None:
    parts = [Part(build(world))]
    everything = ranked(parts, Question(word), 50)
    assert ranked(parts, Question(word, integration="a"), 50) == [place for place in everything if place[0] == "a"]
    assert ranked(parts, Question(word, visible=frozenset("bc")), 50) == [p for p in everything if p[0] in "bc"]
    tagged = {(name, each.name) for name, (_, found) in world.items() for each in found if each.tags}
    assert ranked(parts, Question(word, tag="Blue tag"), 50) == [place for place in everything if place in tagged]


def test_once_there_are_enough_candidates_a_common_word_finds_no_new_ones() -> None:
    crowd = [Document(f"a{n}", (), {"list": 100, **({"issue": 100} if n < 2_500 else {})}) for n in range(20_000)]
    crowd.append(Document("both", (), {"list": 255, "issue": 255}))
    found = ranked([Part(build({"x": (1, crowd)}))], Question("list issues"), 5_000)
    assert found[0] == ("x", "both")
    assert len(found) == 2_501


def test_versions_of_one_api_do_not_fill_the_first_page() -> None:
    same = [Document("list-pets", (), {"list": 200, "pet": 200})]
    world = {f"shop-v{n}": (1, same) for n in range(1, 9)} | {"shop-beta": (1, same), "other": (1, same)}
    world["shop-v1"] = (1, [*same, Document("list-pet-names", (), {"list": 90, "pet": 90})])
    found = ranked([Part(build(world))], Question("list pets"), 20)
    assert set(found[:2]) == {("other", "list-pets"), ("shop-beta", "list-pets")}
    assert found[2] == ("shop-v1", "list-pet-names")
    assert len(found) == len(set(found)) == 11
    assert [family(each) for each in ("shop-v2", "shop-2-1", "shop-beta", "shop-eu", "v2")] == [
        "shop", "shop", "shop", "shop-eu", "v2",
    ]  # fmt: skip


def told(index: Index) -> set[tuple[str, str, str, int]]:
    """Every posting: integration, name, term, weight."""
    return {
        (*index.place(number), term, weight)
        for term in index.terms
        for number, weight in zip(*index.postings(term), strict=True)
    }


def expected(world: dict[str, tuple[int, list[Document]]]) -> set[tuple[str, str, str, int]]:
    """The same, from what it was built of."""
    return {
        (name, each.name, term, weight)
        for name, (_, found) in world.items()
        for each in found
        for term, weight in {**each.weights, **{f"#{tag}": 1 for tag in each.tags}}.items()
    }
