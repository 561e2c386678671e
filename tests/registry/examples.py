"""Small descriptions, and their actions as they are exported."""

from __future__ import annotations

from typing import Any

from chalicelib.registry.exported import Exported
from chalicelib.registry.models import IntegrationFacts
from chalicelib.registry.profile import Profile
from chalicelib.scraper.reader import Reading, read

SOURCE = "https://docs.example.test/openapi.json"


def exported(reading: Reading, name: str = "shop") -> Exported:
    """What publishing `reading` and exporting it gives."""
    facts = IntegrationFacts(
        name=name,
        title=reading.title,
        base_url=reading.base_url,
        auth=reading.auth,
        profile=Profile(config=reading.config),
    )
    return Exported(facts, 1, reading.actions, dict.fromkeys(reading.actions, reading.definitions))


def described(paths: dict[str, Any], **members: Any) -> dict[str, Any]:
    """A small OpenAPI 3.1 document."""
    info = {"title": "Small", "version": "1"}
    return {
        "openapi": "3.1.0",
        "info": info,
        "servers": [{"url": "https://api.example.test"}],
        "paths": paths,
        **members,
    }


def reading(document: dict[str, Any]) -> Reading:
    """What the importer reads in `document`."""
    return read(document, source_url=SOURCE)
