"""The histogram of latencies: percentiles are right within what is promised, and sketches add up."""

from __future__ import annotations

import math
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.gateway.latency import ACCURACY, bucket_of, percentile

DURATIONS = st.lists(st.integers(0, 600_000), min_size=1, max_size=200)
PERCENTS = st.sampled_from([1, 50, 95, 99, 100])


def sketch(durations: list[int]) -> Counter[int]:
    return Counter(map(bucket_of, durations))


@given(DURATIONS, PERCENTS)
def test_a_percentile_is_that_of_the_sorted_list_within_5_percent(durations: list[int], percent: int) -> None:
    exact = sorted(durations)[math.ceil(len(durations) * percent / 100) - 1]
    found = percentile(sketch(durations), percent)
    assert found is not None
    assert abs(found - exact) <= exact * ACCURACY + 0.05  # shown to a tenth


@given(DURATIONS, DURATIONS, PERCENTS)
def test_two_sketches_added_are_the_sketch_of_all(one: list[int], other: list[int], percent: int) -> None:
    assert percentile(sketch(one) + sketch(other), percent) == percentile(sketch(one + other), percent)


def test_nothing_has_no_percentile() -> None:
    assert percentile({}, 95) is None
    assert percentile({3: 0}, 95) is None


def test_all_durations_that_there_can_be_fit_into_a_small_item() -> None:
    assert len({bucket_of(duration) for duration in range(30_000)}) <= 105
