"""The CloudFormation templates as they are sent to AWS, or to the stand-in: with the files that they name, inlined.

A template says ``DefinitionString: "@@scrape_job.asl.json@@"``; the marker, quotes included, becomes the named
file's JSON as one string. So the state machine stays a JSON file of its own that editors and linters understand,
and both deployments read the same one.

    python -m infra.stacks FOLDER      writes both templates, rendered, for linters
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Final

BASE: Final = Path(__file__).parent / "template.yaml"
EDGE: Final = Path(__file__).parent / "edge.yaml"
_MARKER: Final = re.compile(r"""(["'])@@([A-Za-z0-9_.\-]+\.json)@@\1""")


def render_template(template_path: Path) -> str:
    """The text of the template with each ``"@@file.json@@"`` replaced by that file, minified, as a quoted string.

    The file is looked for beside the template. Raises `FileNotFoundError` if it is not there and
    `json.JSONDecodeError` if it is not JSON.
    """

    def inline(marker: re.Match[str]) -> str:
        document = json.loads((template_path.parent / marker[2]).read_text(encoding="utf-8"))
        # A JSON string is also a double-quoted YAML scalar (YAML 1.2, section 1.3), whatever it contains.
        return json.dumps(json.dumps(document, separators=(",", ":")))

    return _MARKER.sub(inline, template_path.read_text(encoding="utf-8"))


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for template in (BASE, EDGE):
        (folder / template.name).write_text(render_template(template), encoding="utf-8")
