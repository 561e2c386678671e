"""`python -m infra.packaging --stage dev`: make the package, and say where it is and what it weighs."""

from __future__ import annotations

import argparse
import sys
import zipfile

from infra.packaging import ROOT, PackageRefused, package


def main() -> None:
    """Make it, or say on standard error why not."""
    parser = argparse.ArgumentParser(description="Make the zip that `chalice deploy` ships.")
    parser.add_argument("--stage", default="dev", help="a stage of .chalice/config.json")
    stage: str = parser.parse_args().stage
    try:
        made = package(stage)
    except PackageRefused as refused:
        sys.exit(str(refused))
    with zipfile.ZipFile(made) as archive:
        unzipped = sum(info.file_size for info in archive.infolist())
    print(f"{made.relative_to(ROOT)}: {made.stat().st_size / 1e6:.1f} MB, {unzipped / 1e6:.1f} MB unpacked")


if __name__ == "__main__":
    main()
