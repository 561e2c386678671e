"""From documentation to draft actions.

Stages: `document` (bytes → a plain tree, guarded) → `swagger2` and `openapi30` (each one version step up, to
OpenAPI 3.1) → `reader` (3.1 → integration facts and actions; `packed`, where it is a pack) → `drafts` (kept for
review) → `publishing`. `jobs` holds the state of a run, `steps` are the functions of the state machine.
"""

from typing import Literal

SourceType = Literal["auto", "openapi", "postman", "pack", "site"]
