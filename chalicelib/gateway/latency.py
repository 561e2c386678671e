"""How long calls took, as a histogram that merges and stays small: a DDSketch.

A duration falls into the bucket ``ceil(log γ)`` of its size; with γ = 1.105 the middle of a bucket differs from
everything in it by at most 5 %, and buckets of several hours or processes are simply added. Source: Masson, Rim, Lee,
“DDSketch: A fast and fully-mergeable quantile sketch with relative-error guarantees”, VLDB 2019, section 2.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

ACCURACY: Final = 0.05  # what a percentile may be off by, as a part of itself
_GAMMA: Final = (1 + ACCURACY) / (1 - ACCURACY)


def bucket_of(duration_ms: int) -> int:
    """The bucket of a duration: 0 for nothing measurable, then from 1 up (104 is 30 s)."""
    return 0 if duration_ms < 1 else 1 + math.ceil(math.log(duration_ms, _GAMMA))


def percentile(buckets: Mapping[int, int], percent: float) -> float | None:
    """The duration in ms (to a tenth) that `percent` of the calls did not exceed, within `ACCURACY`; None of none.

    `buckets` are how many calls each bucket has; the rank is the nearest one, so the value is that of a real call.
    """
    rank = math.ceil(sum(buckets.values()) * percent / 100)
    for bucket in sorted(buckets):
        rank -= buckets[bucket]
        if rank <= 0 and buckets[bucket]:
            return round(_middle(bucket), 1)
    return None


def _middle(bucket: int) -> float:
    return 0.0 if bucket == 0 else 2 * math.pow(_GAMMA, bucket - 1) / (_GAMMA + 1)
