"""`python -m infra.deploy deploy|destroy|rollback|key --stage dev`."""

from __future__ import annotations

import argparse
import sys

from botocore.exceptions import BotoCoreError, ClientError

from infra.deploy import steps
from infra.deploy.failure import DeployFailed


def main(arguments: list[str] | None = None) -> int:
    """Runs one command; its exit status."""
    options = _options(arguments)
    try:
        match options.command:
            case "deploy":
                steps.deploy(options.stage)
            case "rollback":
                steps.rollback(options.stage, options.to)
            case "key":
                steps.replace_key(options.stage)
            case "destroy":
                if not options.yes:
                    _confirm(options.stage)
                steps.destroy(options.stage, with_data=options.delete_data)
    except DeployFailed as failure:
        print(f"waygate: {failure}", file=sys.stderr)
        return 1
    except ClientError as error:
        told = error.response["Error"]
        print(f"waygate: AWS refused {error.operation_name}: {told['Code']}: {told['Message']}", file=sys.stderr)
        return 1
    except BotoCoreError as error:
        print(f"waygate: AWS did not answer: {error}", file=sys.stderr)
        return 1
    return 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m infra.deploy", description="Waygate on AWS.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, what in {
        "deploy": "bring AWS to what this folder says",
        "rollback": "put an earlier release back",
        "key": "make a new root key",
        "destroy": "delete a deployment with all that it keeps",
    }.items():
        commands.add_parser(name, help=what).add_argument(
            "--stage", required=True, help="a stage of .chalice/config.json"
        )
    commands.choices["rollback"].add_argument("--to", type=int, help="the release's number (the one before)")
    commands.choices["destroy"].add_argument("--yes", action="store_true", help="do not ask")
    commands.choices["destroy"].add_argument("--delete-data", action="store_true", help="also where data is protected")
    return parser.parse_args(arguments)


def _confirm(stage: str) -> None:
    """Raises `DeployFailed` unless whoever sits there types the stage's name."""
    typed = input(f"This deletes {stage} with all its data. Type its name to go on: ") if sys.stdin.isatty() else ""
    if typed != stage:
        raise DeployFailed("Nothing was deleted.", "Type the stage's name when asked, or add YES=yes.")


if __name__ == "__main__":
    sys.exit(main())
