"""moto's imports: without EC2's catalogue, and with botocore's data read once. Half of the time to start.

moto's CloudFormation imports every service that has resource types. EC2 then reads the instance types of every
region (0.2 s), and makes three sessions of boto3, each of which parses botocore's 0.7 MB of endpoints (0.6 s).
"""

from __future__ import annotations

from typing import Any
from unittest import mock


def apply() -> None:
    """Imports what the stand-in uses of moto."""
    import botocore.loaders

    read = botocore.loaders.Loader.load_data_with_path
    known: dict[str, Any] = {}

    def read_once(self: Any, name: str) -> Any:
        if name not in known:
            known[name] = read(self, name)
        return known[name]

    with mock.patch.object(botocore.loaders.Loader, "load_data_with_path", read_once), _no_instance_types():
        import moto.cloudformation.parsing
        import moto.cloudformation.responses
        import moto.ssm.responses  # noqa: F401


def _no_instance_types() -> Any:
    import moto.utilities.utils as utilities

    read = utilities.load_resource

    def read_if_used(filename: str) -> Any:
        return {} if filename.startswith("ec2/resources/instance_type") else read(filename)

    return mock.patch.object(utilities, "load_resource", read_if_used)
