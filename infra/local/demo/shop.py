"""The state of one shop, in memory, and what its resources share: `Call`, and looking things up."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from . import seed
from .credentials import Identity
from .media import draw_photo
from .problems import Problem
from .switches import Switches

EVENTS_KEPT = 1000


@dataclass(frozen=True)
class Photo:
    """A picture as uploaded."""

    png: bytes
    caption: str | None


@dataclass(frozen=True)
class Call:
    """One call of an operation whose input has been checked against the description.

    `parameters` holds path, query and header parameters by name, defaults included; `body` is JSON, or the parts
    of a form by name, or None.
    """

    parameters: dict[str, Any]
    body: Any
    identity: Identity


@dataclass
class Shop:
    """Callers take turns: the application holds a lock around each operation."""

    url: str
    now: Callable[[], float]
    switches: Switches
    pets: dict[int, dict[str, Any]] = field(default_factory=dict)
    photos: dict[int, Photo] = field(default_factory=dict)
    notes: dict[int, str] = field(default_factory=dict)
    orders: list[dict[str, Any]] = field(default_factory=list)
    orders_by_key: dict[str, tuple[Any, dict[str, Any]]] = field(default_factory=dict)
    reports: dict[str, dict[str, Any]] = field(default_factory=dict)
    events: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=EVENTS_KEPT))
    last_pet_id: int = 0
    last_event_id: int = 0

    def __post_init__(self) -> None:
        for pet in seed.pets():
            self.pets[pet["id"]] = pet
            self.photos[pet["id"]] = Photo(draw_photo(pet["id"]), caption=pet["name"])
            self.notes[pet["id"]] = seed.notes(pet)
            self.record("pet.created", f"/pets/{pet['id']}", at=seed.SEEDED_AT)
        self.orders = seed.orders()
        self.last_pet_id = len(self.pets)

    def pet(self, pet_id: int) -> dict[str, Any]:
        """The pet with that number. Raises Problem `not_found`."""
        if pet_id not in self.pets:
            raise Problem("not_found", f"There is no pet {pet_id}.")
        return self.pets[pet_id]

    def timestamp(self) -> str:
        """Now, in UTC, as RFC 3339 writes it."""
        return datetime.fromtimestamp(self.now(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def record(self, kind: str, subject: str, at: str | None = None) -> None:
        """Adds an event, such as `pet.created` for `/pets/13`."""
        self.last_event_id += 1
        event = {"id": self.last_event_id, "type": kind, "subject": subject, "at": at or self.timestamp()}
        self.events.append(event)
