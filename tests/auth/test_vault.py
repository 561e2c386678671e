"""Sealing: nothing opens anywhere but where it belongs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.auth import keyring, vault
from chalicelib.auth.keyring import Key, Keyring
from chalicelib.auth.vault import CannotOpen, Context, fingerprint, seal, unseal

RING = Keyring((Key(b"old-key!", b"\1" * 32, 0.0),))
ROTATED = Keyring((*RING.keys, Key(b"new-key!", b"\2" * 32, 1_000.0)))
HERE = Context("acme", "shop", "default", ("https://shop.example",))
NAMES = st.text(max_size=20)
CONTEXTS = st.builds(Context, NAMES, NAMES, NAMES, st.lists(NAMES, max_size=3).map(tuple))


class Rings:
    """Keyrings in memory; what is cached is `current`, what is stored comes with a `forget`."""

    def __init__(self) -> None:
        self.current = self.stored = RING
        self.forgotten = 0

    def read(self, workspace: str, **_: object) -> Keyring:
        return self.current

    def forget(self, workspace: str | None = None) -> None:
        self.forgotten += 1
        self.current = self.stored


@pytest.fixture(autouse=True)
def rings(monkeypatch: pytest.MonkeyPatch) -> Rings:
    """All workspaces share a ring, so that only the context keeps them apart."""
    made = Rings()
    monkeypatch.setattr(keyring, "read", made.read)
    monkeypatch.setattr(keyring, "forget", made.forget)
    return made


@given(CONTEXTS, st.binary(max_size=300))
def test_what_was_sealed_opens_in_its_context(context: Context, plain: bytes) -> None:  # B1
    assert unseal(context, seal(context, plain)) == plain


@given(CONTEXTS, CONTEXTS)
def test_what_was_sealed_opens_in_no_other_context(here: Context, there: Context) -> None:  # B1
    same = here._replace(origins=tuple(sorted(here.origins))) == there._replace(origins=tuple(sorted(there.origins)))
    sealed = seal(here, b"secret")
    if same:
        assert unseal(there, sealed) == b"secret"
    else:
        with pytest.raises(CannotOpen):
            unseal(there, sealed)


@pytest.mark.parametrize(
    "change",
    [
        {"workspace": "other"},
        {"integration": "other"},
        {"connection": "other"},
        {"origins": ("https://evil.example",)},
        {"origins": ()},
        {"origins": (*HERE.origins, "https://evil.example")},
        {"workspace": "acme\0shop", "integration": ""},
    ],
)
def test_a_moved_credential_does_not_open(change: dict[str, object]) -> None:  # B1 A8
    with pytest.raises(CannotOpen):
        unseal(HERE._replace(**change), seal(HERE, b"secret"))


@given(st.data())
def test_a_damaged_credential_does_not_open(data: st.DataObject) -> None:  # B1
    sealed = seal(HERE, b"secret")
    at = data.draw(st.integers(0, len(sealed) - 1))
    flipped = sealed[:at] + bytes([sealed[at] ^ data.draw(st.integers(1, 255))]) + sealed[at + 1 :]
    for damaged in (flipped, sealed[:at]):
        with pytest.raises(CannotOpen):
            unseal(HERE, damaged)


def test_nothing_is_sealed_twice_alike_and_nothing_shows() -> None:  # B1
    one, other = seal(HERE, b"canary-canary"), seal(HERE, b"canary-canary")
    assert one != other
    assert b"canary" not in one


def test_a_rotated_ring_still_opens_what_the_old_key_sealed(rings: Rings) -> None:
    sealed = seal(HERE, b"secret", now=lambda: 0.0)
    rings.current = ROTATED
    assert unseal(HERE, sealed) == b"secret"
    assert b"new-key!" in seal(HERE, b"secret", now=lambda: 2_000.0)


def test_a_key_that_this_process_does_not_know_yet_is_looked_up_once(rings: Rings) -> None:
    rings.current = ROTATED
    sealed = seal(HERE, b"secret", now=lambda: 2_000.0)
    rings.current, rings.stored = RING, ROTATED
    assert unseal(HERE, sealed) == b"secret"
    assert rings.forgotten == 1
    rings.current = rings.stored = RING
    with pytest.raises(CannotOpen, match="unknown key"):
        unseal(HERE, sealed)
    assert rings.forgotten == 2


def test_a_fingerprint_tells_secrets_apart_and_says_nothing_else(
    rings: Rings, monkeypatch: pytest.MonkeyPatch
) -> None:  # B2
    prints = {fingerprint("acme", plain) for plain in (b"a", b"b", b"")}
    assert len(prints) == 3
    assert all(len(one) == 16 for one in prints)
    rings.current = ROTATED
    assert fingerprint("acme", b"a") in prints  # the same after rotation
    rings.current = Keyring((Key(b"another!", b"\3" * 32, 0.0),))
    assert vault.fingerprint("other", b"a") not in prints  # and different in another workspace
