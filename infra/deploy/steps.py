"""The three commands: what they do, in order."""

from __future__ import annotations

from infra.deploy import checks, console, drift, functions, gateway, key, smoke, stack, teardown
from infra.deploy import options as stage_options
from infra.deploy.failure import DeployFailed
from infra.deploy.releases import Release, Releases
from infra.deploy.target import Target, say
from infra.stacks import BASE, EDGE


def deploy(stage: str) -> Release:
    """Brings AWS to what this folder says; doing it twice changes nothing more. Raises `DeployFailed`."""
    options = stage_options.read(stage)
    target = checks.check_all(stage)
    package, contents = functions.make_package(stage), console.files()
    stack.apply(target, stack.base_name(target), BASE, options.base_parameters())
    releases, settings = Releases(target), drift.settings_digest(stage, options)
    current = releases.current()
    is_there = drift.is_there(target, current, package, settings)
    if is_there:
        say("chalice", "functions and API: unchanged")
    api = functions.rest_api(target) if is_there else functions.deploy(target)
    outputs = stack.apply(target, stack.edge_name(target), EDGE, {"RestApiId": api, **options.edge_parameters()})
    if current and is_there:
        api_deployment = current.api_deployment
    else:
        api_deployment = gateway.finish(target, api, options, outputs)
    console.upload(target, outputs, contents)
    key.bootstrap(target, outputs["PublicOrigin"])
    _smoke(target, outputs)
    release = releases.record(package, contents, api_deployment, settings)
    say("done", outputs["PublicOrigin"])
    if options.domain_name:
        say("done", f"the DNS record of {options.domain_name} must point to {outputs['DistributionDomain']}")
    return release


def rollback(stage: str, number: int | None = None) -> Release:
    """Puts a release back, the one before the current one unless `number` says which. Tables, policies and settings
    stay as they are. Raises `DeployFailed`."""
    target = checks.find_target(stage)
    outputs = stack.outputs(target, stack.edge_name(target))
    releases = Releases(target)
    release = _release_to_put_back(releases, number)
    say("rollback", f"to release {release}")
    functions.recall(target)
    functions.put_code(target, release.functions, releases.package_of(release))
    gateway.go_back(target, functions.rest_api(target), release.api_deployment)
    console.upload(target, outputs, releases.console_of(release))
    _smoke(target, outputs)
    releases.make_current(release)
    say("done", f"release {release} is back; `make deploy` goes forward again")
    return release


def destroy(stage: str, *, with_data: bool) -> None:
    """Deletes the deployment and all that it keeps. Raises `DeployFailed` for a stage whose data is protected, unless
    `with_data`; and where anything is left."""
    target = checks.find_target(stage)
    if target.is_durable and not with_data:
        raise DeployFailed(
            f"The tables of {stage} are protected: nothing was deleted.",
            "Take a backup, and add DELETE_DATA=yes if all data of this stage may go.",
        )
    teardown.run(target)


def replace_key(stage: str) -> None:
    """Makes a new root key, and revokes the one before. Raises `DeployFailed`."""
    target = checks.find_target(stage)
    key.replace(target, stack.outputs(target, stack.edge_name(target))["PublicOrigin"])


def _smoke(target: Target, outputs: dict[str, str]) -> None:
    smoke.run(f"https://{outputs['DistributionDomain']}", target.stage, key.read(target))


def _release_to_put_back(releases: Releases, number: int | None) -> Release:
    if number is not None:
        return releases.get(number)
    current = releases.current()
    before = [each for each in releases.numbers() if current and each < current.number]
    if not before:
        raise DeployFailed("There is no release before the current one.", "Deploy an older tag instead.")
    return releases.get(before[-1])
