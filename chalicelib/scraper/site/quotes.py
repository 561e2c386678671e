"""The words that a claim was read in, with the address of their place on the page."""

from __future__ import annotations

from chalicelib.scraper.site.blocks import Block
from chalicelib.scraper.site.fragments import Evidence
from chalicelib.scraper.site.page import Parsed, texts


class Quotes:
    """Evidence from one page."""

    def __init__(self, parsed: Parsed) -> None:
        self._parsed = parsed

    def cite(self, block: Block, quote: str, confidence: float, anchor: str | None = None) -> Evidence:
        """`quote`, which stands in `block`. The fragment is `anchor`, else the nearest one before the block."""
        anchor = anchor or block.place.anchor
        url = f"{self._parsed.url}#{anchor}" if anchor else self._parsed.url
        quote = quote.strip()[:2000] or "-"
        if "{" in quote and not self._parsed.holds(quote):  # a placeholder that the page sets in italics
            quote = " ".join(texts((block,)))[:300].strip() or "-"
        return Evidence(url=url[:2048], page_hash=self._parsed.hash, quote=quote, confidence=confidence)
