"""`make smoke-llm`: read one small page with the model that the settings name, and say what it did.

A small model on the own machine will do: `pip install 'llama-cpp-python[server]'`, serve any model that it can load,
and set ``WAYGATE_LLM_BASE_URL=http://127.0.0.1:8000/v1`` and ``WAYGATE_LLM_MODEL`` to its name.
"""

from __future__ import annotations

import sys
import time

PAGE = """<h1>Orders</h1>
<p>The base URL is https://api.shop.example/v1. Send your key in the X-Shop-Key header.</p>
<h2 id="list">List orders</h2>
<p>Send a GET request to /orders to get all orders. Use the parameter limit (integer, optional) to get fewer.</p>
<h2 id="cancel">Cancel an order</h2>
<p><code>DELETE /orders/{order_id}</code></p>
"""


def main() -> int:
    """Ask once, check what comes back, and print both."""
    from chalicelib.scraper.site.llm import answers, client, prompt
    from chalicelib.scraper.site.llm.checks import check
    from chalicelib.scraper.site.page import Page, parse

    model = client.configured()
    if model is None:
        print(
            "No model is configured: set WAYGATE_LLM_BASE_URL and WAYGATE_LLM_MODEL (docs/scraping.md).",
            file=sys.stderr,
        )
        return 2
    parsed = parse(Page("https://docs.shop.example/orders", "text/html", PAGE))
    began = time.perf_counter()
    try:
        reply = model.ask(prompt.SYSTEM, prompt.questions(parsed)[0], client.Budget(20_000))
    except client.ModelFailed as error:
        print(f"{model.name} failed after {time.perf_counter() - began:.1f} s: {error.reason}", file=sys.stderr)
        return 1
    checked = check(answers.understand(reply.text), parsed)
    took = time.perf_counter() - began
    print(f"{model.name} answered by {reply.way} in {took:.1f} s: {reply.tokens_in} tokens in, {reply.tokens_out} out")
    for each in checked.fragments.endpoints:
        mark = "unverified" if each.evidence.quote in checked.unverified else "verified"
        names = ", ".join(parameter.name for parameter in each.parameters)
        print(f"  {mark}: {each.method} {each.path} ({names}) “{each.evidence.quote}”")
    for url in checked.fragments.base_urls:
        print(f"  base URL: {url.url} “{url.evidence.quote}”")
    for auth in checked.fragments.auth:
        print(f"  auth: {auth.kind} {auth.name or ''} “{auth.evidence.quote}”")
    print(f"  {checked.dropped} claims dropped: the page does not say them word for word")
    return 0


if __name__ == "__main__":
    sys.exit(main())
