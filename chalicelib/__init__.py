"""Waygate: any API's documentation in, typed actions behind one endpoint out.

Floors, from the top; imports only ever go down: `api` → `gateway`, `scraper` → `registry` → `auth`
→ (`egress`, `rows`, `aws`, `observability`) → (`settings`, `errors`).
"""
