"""Any kind of source → OpenAPI 3, one step per source and version; what comes out goes in unchanged.

Postman collection → OpenAPI 3.1 (`postman`); Swagger 2.0 → 3.0 (`swagger2`); the step from 3.0 to 3.1 lies in the
schemas and is taken where they are read (`openapi30`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from chalicelib.errors import NotOpenApi
from chalicelib.scraper import SourceType, postman, swagger2
from chalicelib.scraper.bundling import FILES
from chalicelib.scraper.findings import Findings

_FILES: Final = f"/{FILES}/"


@dataclass(frozen=True, slots=True)
class Places:
    """Where what is at a pointer of the normalised document stood in what was given.

    `moved` and `collapsed` are prefixes and what stood for them; below a collapsed one the two differ in shape, so all
    of it is said to stand in one place.
    """

    moved: Mapping[str, str] = field(default_factory=dict)
    collapsed: Mapping[str, str] = field(default_factory=dict)

    def of(self, pointer: str) -> str:
        """The pointer in the source; what is in another file of a bundle is given as ``file#/pointer``."""
        if self.moved or self.collapsed:
            pointer = self._back(pointer)
        if pointer.startswith(_FILES):
            name, slash, rest = pointer[len(_FILES) :].partition("/")
            return f"{name.replace('~1', '/').replace('~0', '~')}#{slash}{rest}"
        return pointer

    def _back(self, pointer: str) -> str:
        end = len(pointer)
        while end > 0:
            prefix = pointer[:end]
            if prefix in self.collapsed:
                return self.collapsed[prefix]
            if prefix in self.moved:
                return self.moved[prefix] + pointer[end:]
            end = pointer.rfind("/", 0, end)
        return pointer


@dataclass(frozen=True, slots=True)
class Normal:
    """An OpenAPI 3 document, which version the source was, and where everything stood."""

    document: dict[str, Any]
    version: str
    places: Places


def normalise(
    document: dict[str, Any], findings: Findings, *, source_type: SourceType = "auto", source_url: str = ""
) -> Normal:
    """`document` (unchanged) as OpenAPI 3. Raises `NotOpenApi` where it is not of `source_type`, or of none."""
    is_collection = source_type != "openapi" and postman.is_collection(document)
    if source_type == "postman" and not is_collection:
        raise NotOpenApi("The document is not a Postman collection of version 2.0 or 2.1.")
    if is_collection:
        converted = postman.convert(document, findings)
        return Normal(converted.document, "postman", Places(collapsed=converted.places))
    version = _version(document)
    if version == "2.0":
        upgraded = swagger2.upgrade(document, findings, source_url=source_url)
        return Normal(upgraded.document, version, Places(moved=upgraded.places))
    return Normal(document, version, Places())


def _version(document: dict[str, Any]) -> str:
    """``2.0`` or ``3.x``. Raises `NotOpenApi`."""
    if str(document.get("swagger", "")).startswith("2") and "openapi" not in document:
        version = "2.0"
    elif str(document.get("openapi", "")).startswith("3"):
        version = str(document["openapi"])
    else:
        said = document.get("openapi", document.get("swagger", document.get("swaggerVersion")))
        members = ", ".join(list(document)[:5])
        about = f"its version is {str(said)[:50]!r}" if said is not None else f"its members are {members or 'none'}"
        raise NotOpenApi(f"The document is not OpenAPI 3.x or Swagger 2.0: {about}.")
    if not isinstance(document.get("paths"), dict) and "webhooks" not in document and "components" not in document:
        raise NotOpenApi("The document has no `paths`.")
    return version
