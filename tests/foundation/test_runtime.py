"""Runtime state expires for its readers at once, whenever DynamoDB gets to deleting it."""

from __future__ import annotations

from pynamodb.attributes import UnicodeAttribute

from chalicelib.aws import batch_read
from chalicelib.runtime import RuntimeRow, key_of
from infra.local.standin import LocalAws


class Colour(RuntimeRow):
    """A kind of state."""

    colour = UnicodeAttribute()


class Shape(RuntimeRow):
    """Another kind, in the same table."""

    shape = UnicodeAttribute()


def test_what_has_expired_is_absent(aws: LocalAws) -> None:
    Colour(key_of("colour", "default"), colour="red", expires_at=100).save()
    known = Colour.current("colour#default", now=99.9)
    assert known is not None and known.colour == "red"
    assert Colour.current("colour#default", now=100) is None
    assert Colour.current("colour#other", now=0) is None


def test_two_kinds_are_read_in_one_batch(aws: LocalAws) -> None:
    Colour("colour#a", colour="red", expires_at=100).save()
    Shape("shape#a", shape="round", expires_at=100).save()
    found = batch_read([(Colour, "colour#a", None), (Shape, "shape#a", None), (Shape, "shape#b", None)])
    colour, shape, nothing = found.values()
    assert isinstance(colour, Colour) and colour.colour == "red"
    assert isinstance(shape, Shape) and shape.shape == "round"
    assert nothing is None
