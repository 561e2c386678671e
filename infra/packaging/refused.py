"""The one error of packaging."""

from __future__ import annotations


class PackageRefused(RuntimeError):
    """There is no package; the message says why, and what to do."""
