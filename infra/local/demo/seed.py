"""The first state of every shop, the same at each start: twelve pets, seven orders, the inventory, the events."""

from __future__ import annotations

from typing import Any

DOGS, CATS, BIRDS, FISH = ("Dogs", "Mammals"), ("Cats", "Mammals"), ("Birds",), ("Fish",)

# name, status, tags, category (with its parents), price, date of birth
_PETS: tuple[tuple[str, str, list[str], tuple[str, ...], float, str | None], ...] = (
    ("Rex", "available", ["friendly", "large"], DOGS, 350.0, "2021-04-12"),
    ("Luna", "available", ["friendly", "small"], CATS, 220.5, "2022-08-30"),
    ("Kiwi", "pending", ["loud", "small"], BIRDS, 80.0, "2023-05-01"),
    ("Bruno", "sold", ["large"], DOGS, 410.0, "2019-11-23"),
    ("Misty", "available", ["shy", "small"], CATS, 190.0, "2020-02-29"),
    ("Nemo", "available", ["small"], FISH, 12.75, None),
    ("Bella", "available", ["friendly"], DOGS, 390.0, "2022-01-15"),
    ("Coco", "sold", ["friendly", "loud"], BIRDS, 95.0, "2021-07-07"),
    ("Simba", "pending", ["large", "shy"], CATS, 240.0, "2018-09-09"),
    ("Dory", "available", ["small"], FISH, 14.25, None),
    ("Max", "available", ["friendly", "large"], DOGS, 365.0, "2023-03-17"),
    ("Zoë", "available", ["friendly", "small"], CATS, 205.0, "2024-06-21"),
)

# number of the pet, quantity, note
_ORDERS = (
    (4, 1, "Please call before delivery."),
    (8, 1, None),
    (6, 3, "For the pond."),
    (10, 2, None),
    (2, 1, None),
    (6, 1, None),
    (4, 1, "A present."),
)

SEEDED_AT = "2025-01-06T09:00:00Z"

# The last count does not fit 64 bits (2**64 + 13), as identifiers and balances of real APIs do not.
INVENTORY = {"bags_of_food": 230, "collars": 42, "leads": 17, "grains_of_millet": 18_446_744_073_709_551_629}

REX_NOTES = "Rex likes long walks, tennis balls and cheese.\nHe is afraid of thunder.\n"


def category(names: tuple[str, ...]) -> dict[str, Any] | None:
    """A category with its parents, the nearest first: ("Dogs", "Mammals") → Dogs, whose parent is Mammals."""
    if not names:
        return None
    return {"name": names[0], "parent": category(names[1:])}


def pets() -> list[dict[str, Any]]:
    """The pets, numbered from 1."""
    return [
        {
            "id": number,
            "name": name,
            "status": status,
            "tags": list(tags),
            "category": category(categories),
            "price": price,
            "born": born,
            "created_at": SEEDED_AT,
            "updated_at": SEEDED_AT,
        }
        for number, (name, status, tags, categories, price, born) in enumerate(_PETS, start=1)
    ]


def orders() -> list[dict[str, Any]]:
    """The orders, numbered from 1."""
    return [
        {
            "id": number,
            "pet_id": pet_id,
            "quantity": quantity,
            "note": note,
            "status": "shipped",
            "total": _PETS[pet_id - 1][4] * quantity,
            "created_at": SEEDED_AT,
        }
        for number, (pet_id, quantity, note) in enumerate(_ORDERS, start=1)
    ]


def notes(pet: dict[str, Any]) -> str:
    """What the keepers wrote down about a pet of the first state."""
    return REX_NOTES if pet["id"] == 1 else f"{pet['name']} is {' and '.join(pet['tags'])}.\n"
