"""moto's imports, without what is slow and unused. More than half of the time to start.

moto's CloudFormation imports every service that has resource types. EC2 then reads the instance types of every
region (0.2 s) and makes three sessions of boto3, each of which parses botocore's 0.7 MB of endpoints (0.6 s); API
Gateway brings a validator of OpenAPI descriptions (0.2 s, and 1.4 s where every format checker is installed).
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any
from unittest import mock


def apply() -> None:
    """Imports what the stand-in uses of moto."""
    with _botocore_read_once(), _no_instance_types(), _no_openapi_validator():
        import moto.cloudformation.parsing
        import moto.cloudformation.responses
        import moto.ssm.responses  # noqa: F401


def _botocore_read_once() -> Any:
    from botocore.loaders import Loader

    read = Loader.load_data_with_path
    known: dict[str, Any] = {}

    def read_once(self: Any, name: str) -> Any:
        if name not in known:
            known[name] = read(self, name)
        return known[name]

    return mock.patch.object(Loader, "load_data_with_path", read_once)


def _no_instance_types() -> Any:
    import moto.utilities.utils as utilities

    read = utilities.load_resource

    def read_if_used(filename: str) -> Any:
        return {} if filename.startswith("ec2/resources/instance_type") else read(filename)

    return mock.patch.object(utilities, "load_resource", read_if_used)


@contextlib.contextmanager
def _no_openapi_validator() -> Iterator[None]:
    """The stand-in does not use moto's API Gateway, the only one that needs the validator."""
    names = [f"openapi_spec_validator{suffix}" for suffix in ("", ".validation", ".validation.exceptions")]
    absent = [name for name in names if name not in sys.modules]
    for name in absent:
        sys.modules[name] = ModuleType(name)
        sys.modules[name].__dict__.update(validate=None, OpenAPIValidationError=Exception)
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]
