"""What is kept in compressed form."""

from __future__ import annotations

import json
import random
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import aws


@given(st.binary(max_size=3_000) | st.builds(bytes.__mul__, st.binary(max_size=400), st.integers(0, 500)))
def test_what_is_compressed_comes_back_by_any_zlib(data: bytes) -> None:
    packed = aws.compress(data)

    assert aws.decompress(packed) == data
    assert zlib.decompress(packed) == data


@pytest.mark.parametrize("entries", [0, 1, 3, 10, 30, 100, 300, 1_000, 3_000])
def test_it_is_as_short_as_with_the_largest_window(entries: int) -> None:
    seeded = random.Random(entries)
    records = [{"id": number, "name": f"pet {seeded.random()}", "status": "available"} for number in range(entries)]
    data = json.dumps(records).encode()

    assert len(aws.compress(data)) <= len(zlib.compress(data, 6)) * 1.02


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda held: st.lists(held, max_size=4) | st.dictionaries(st.text(), held, max_size=4),
)


@given(_JSON, st.sampled_from([0, 20, 1_000]))
def test_a_packed_value_comes_back_with_integers_of_any_size(value: object, plain_below: int) -> None:
    packed = aws.pack(value, plain_below=plain_below)

    assert aws.unpack(packed) == value
    assert not packed.startswith((b"{", b"[")) or len(packed) < plain_below
