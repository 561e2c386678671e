"""Documentation written for people → one OpenAPI document in which every claim has its quote.

Stages: `page` (bytes → a sequence of blocks that keep their headings: `html`, `markdown`, `blocks`) → `reader` (one
page → claims, one module per form of documentation) → `merge` (the claims of many pages → OpenAPI 3.1). `fragments`
has the claims, which any other reader may yield too. No stage fetches, and none calls a model.
"""
