"""`python -m bench.scraping FOLDER`: whole scrape jobs over sites with answer keys, through the local stand-in.

Each ``FOLDER/<api>/site`` is served on loopback and read by a job like any other; what the job merged is scored against
``FOLDER/<api>/key.json`` by ``FOLDER/../score.py``. Prints a line for each site, and the means.
"""

from __future__ import annotations

import functools
import http.server
import importlib.util
import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

os.environ |= {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "us-east-1"}
os.environ |= {"WAYGATE_STAGE": "local", "WAYGATE_JOBS_A_DAY": "10000"}

DEFAULT = Path("../shared/corpus/dev")


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The folder's files on loopback, without a log."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


def read(url: str) -> tuple[dict[str, Any], dict[str, Any], float]:
    """The job as it ended, the description that it merged, and the seconds that it took."""
    import datetime as dt

    import app
    from chalicelib import aws
    from chalicelib.api.scrape_jobs import show
    from chalicelib.auth import workspaces
    from chalicelib.scraper import jobs
    from infra.local.standin import LocalAws

    with LocalAws(app=app.app) as standin:
        standin.reset()
        workspaces.administer({"operation": "bootstrap"})
        row = jobs.new_row("default", "bench", {"type": "site", "url": url}, now=dt.datetime.now(dt.UTC))
        row.base_url = "https://api.bench.invalid"  # sites need not say where the API is
        began = time.perf_counter()
        jobs.start(row)
        standin.drain(900)
        took = time.perf_counter() - began
        ended = jobs.get("default", row.id)
        packed = aws.get_object(str(ended.document_key)) if ended.document_key else None
        document = json.loads(aws.decompress(packed)) if packed else {}
        return show(ended), document, took


def pace(folder: Path) -> tuple[int, float]:
    """The pages of a site, and the seconds of CPU time in which they are read, without crawling and without a model."""
    from chalicelib.scraper.site import reader
    from chalicelib.scraper.site.page import Page

    pages = [Page(f"http://127.0.0.1/{each.name}", "text/html", each.read_bytes()) for each in folder.rglob("*.html")]
    began = time.process_time()
    for each in pages:
        reader.read_page(each)
    return len(pages), time.process_time() - began


def unquoted(document: dict[str, Any]) -> int:
    """How many endpoints of `document` have no quote of their own."""
    operations = [
        each for item in document.get("paths", {}).values() for each in item.values() if isinstance(each, dict)
    ]
    return sum(
        not any(
            claim.get("field") == "operation" and claim.get("quote") for claim in each.get("x-waygate-evidence", ())
        )
        for each in operations
    )


def main() -> int:
    """Run all sites below the folder that the command line names."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT
    if not (folder.parent / "score.py").exists():
        print(
            f"{folder} has no sites: give a folder of <api>/site and <api>/key.json, with ../score.py", file=sys.stderr
        )
        return 2
    scoring = _module(folder.parent / "score.py")
    results, paces = [], []
    print("site               pages   prec recall     F1 params  auth unquoted      s pages/CPU s")
    for site in sorted(path for path in folder.iterdir() if (path / "key.json").exists()):
        with served(site / "site") as url:
            job, document, took = read(url)
        score = scoring.score(document, json.loads((site / "key.json").read_text()))
        results.append(score)
        count, cpu = pace(site / "site")
        paces.append((count, cpu))
        pages = f"{job['progress'].get('pages_read')}/{job['progress'].get('pages_found')}"
        recall = "" if score["param_recall"] is None else f"{score['param_recall']:.3f}"
        figures = (
            f"{score['precision']:6.3f} {score['recall']:6.3f} {score['f1']:6.3f} {recall:>6} {score['auth_f1']:5.2f}"
        )
        print(f"{site.name:14} {pages:>9} {figures} {unquoted(document):8} {took:6.1f} {count / cpu:11.0f}", flush=True)
        if job["error"]:
            print(f"{'':14} {job['error']['code']}: {job['error']['detail']}")
    with_parameters = [each["param_recall"] for each in results if each["param_recall"] is not None]
    mean = sum(each["f1"] for each in results) / len(results)
    recall_mean = sum(with_parameters) / max(1, len(with_parameters))
    per_s = sum(count for count, _ in paces) / sum(cpu for _, cpu in paces)
    print(f"mean F1 {mean:.3f}, parameter recall {recall_mean:.3f}, {per_s:.0f} pages a CPU second in all")
    return 0


def _module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("score", path)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    sys.exit(main())
