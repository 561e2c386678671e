"""The console's files in their bucket: only what differs is sent, the page that names the others last."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from infra.console_files import caching, content_type
from infra.deploy.target import ROOT, Target, say

FOLDER: Final = ROOT / "ui/dist"
CONFIG: Final = json.dumps({"api": "/api/v1"}).encode()
_PAGE: Final = "index.html"
_KEPT_DAYS: Final = 30  # files of earlier builds, which pages that are still open may ask for


def files(folder: Path = FOLDER) -> dict[str, bytes]:
    """What is served: contents by path from the root."""
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return {**found, "config.json": CONFIG}


def digest(contents: Mapping[str, bytes]) -> str:
    """The same for the same files."""
    whole = hashlib.sha256()
    for name in sorted(contents):
        whole.update(f"{name}\0{hashlib.sha256(contents[name]).hexdigest()}\n".encode())
    return whole.hexdigest()


def upload(target: Target, outputs: Mapping[str, str], contents: Mapping[str, bytes]) -> int:
    """Puts `contents` in place of what is served, and has CloudFront look; how many files differed.

    `outputs` are the edge stack's.
    """
    s3, bucket = target.client("s3"), outputs["ConsoleBucketName"]
    there = _listed(s3, bucket)
    differing = [name for name in contents if _tag(contents[name]) != there.get(name, {}).get("ETag")]
    for name in sorted(differing, key=lambda each: (each == _PAGE, each)):
        s3.put_object(
            Bucket=bucket,
            Key=name,
            Body=contents[name],
            ContentType=content_type(name),
            CacheControl="no-store" if name == "config.json" else caching(name),
        )
    old = dt.datetime.now(dt.UTC) - dt.timedelta(days=_KEPT_DAYS)
    for name in [name for name, item in there.items() if name not in contents and item["LastModified"] < old]:
        s3.delete_object(Bucket=bucket, Key=name)
    if differing:
        target.client("cloudfront").create_invalidation(
            DistributionId=outputs["DistributionId"],
            InvalidationBatch={
                "Paths": {"Quantity": 1, "Items": ["/*"]},
                "CallerReference": f"waygate-{time.time_ns()}",
            },
        )
    say("console", f"{len(differing)} of {len(contents)} files sent")
    return len(differing)


def _listed(s3: Any, bucket: str) -> dict[str, dict[str, Any]]:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    return {item["Key"]: item for page in pages for item in page.get("Contents", [])}


def _tag(content: bytes) -> str:
    """S3's ETag of an object that was put whole, under S3's own keys (S3 API reference, “Object”)."""
    return f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"'
