"""The API's description of itself, as OpenAPI 3.1. Imported only when it is asked for: no call of an action pays."""
