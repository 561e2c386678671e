"""Deploying to AWS, destroying what was deployed, and going back to the release before.

`python -m infra.deploy deploy --stage dev` runs these steps, each of which can be repeated:

    checks → package → base stack → chalice deploy → edge stack → API settings → console → key → smoke test → release

`destroy` takes them backwards. `rollback` puts a recorded release back: package, console and the API's definition.
"""
