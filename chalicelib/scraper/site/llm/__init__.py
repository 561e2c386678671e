"""Reading pages with a model, where one is configured: any server that speaks OpenAI's chat completions.

`prompt` (a page → questions) → `client` (question → answer, in whichever structured form the server can) → `answers`
(what the model may say, validated) → `checks` (only what the page says word for word becomes a claim) → `reading`
(a chunk of pages, within its tokens and its time, failures told and survived).

The text of a page is data. A model has no tools, sees no credential and no other page, and decides nothing: its claims
are fragments like those of the rules, merged and reviewed like them.
"""
