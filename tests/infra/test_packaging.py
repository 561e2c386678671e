"""What ships to Lambda: all of what runs there, nothing else, the same bytes each time, and it runs."""

from __future__ import annotations

import ast
import hashlib
import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from infra.packaging import ROOT, PackageRefused, archive, checks, collecting, contents, package

pytestmark = pytest.mark.xdist_group("package")  # made once
DEPLOYMENTS = Path(".chalice", "deployments")
# What a new process loads before its first request; each package more makes every cold start longer.
LOADED = {
    *("app", "chalice", "chalicelib", "aws_lambda_powertools", "typing_extensions", "typing_inspection"),
    *("pydantic", "pydantic_core", "annotated_types", "jsonschema_rs", "orjson", "ulid", "urllib3", "certifi"),
    *("pynamodb", "botocore", "jmespath", "dateutil", "six", "cryptography", "_cffi_backend", "brotli", "_brotli"),
}
LOADED_OF_OURS = {  # what every invocation needs: the rest waits for its first request
    "": "aws checked_json dynamodb errors observability rows runtime settings sigv4",
    "api": "application bad_keys client_address cross_origin invoking openapi resources routing",
    "gateway": "admit attempt bodies body_rules breaker breaker_window checks cooldowns credential invoke latency "
    "limits log media rate_limits request resolve response retry serialize story tables usage verdicts",
    "registry": "actions closure definitions integrations models profile tables validation",
    "auth": "api_keys audit connections due keyring lease orphans quota refresh schemes tables vault",
    "auth.oauth": "profile templates tokens",
    "egress": "connections deadline door guard hosts unpacking",
    "http1": "answer grammar post reader request",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return package("dev", copied(tmp_path_factory.mktemp("made") / "project"))


@pytest.fixture(scope="module")
def unpacked(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("task")
    with zipfile.ZipFile(made) as zipped:
        zipped.extractall(folder)
    return folder


def copied(to: Path) -> Path:
    """The project, and what its requirements are, somewhere else and with no bytecode."""
    fetched = collecting.Project.load(ROOT, "dev").dependencies()
    to.mkdir()
    for name in ("app.py", "requirements.txt"):
        shutil.copy(ROOT / name, to)
    shutil.copytree(ROOT / "chalicelib", to / "chalicelib", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / ".chalice", to / ".chalice", ignore=shutil.ignore_patterns("deployments", "deployed"))
    (to / DEPLOYMENTS).mkdir()
    shutil.copy(fetched, to / DEPLOYMENTS)
    return to


def run_in(folder: Path, script: str) -> str:
    """Python as on Lambda: the package and the standard library, nothing else."""
    environment = {"WAYGATE_STAGE": "dev", "AWS_DEFAULT_REGION": "eu-central-1", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-S", "-c", script]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True).stdout


def test_what_is_locked_can_be_fetched() -> None:  # first, and kept: it takes a while
    project = collecting.Project.load(ROOT, "dev")
    assert contents.distributions(project.dependencies()) == project.locked()


def test_it_holds_the_locked_distributions_and_our_code(made: Path) -> None:  # G12
    locked = collecting.Project.load(ROOT, "dev").locked()
    assert contents.distributions(made) == locked
    names = set(zipfile.ZipFile(made).namelist())
    ours = {path.relative_to(ROOT).as_posix() for path in (ROOT / "chalicelib").rglob("*.py")}
    assert {name for name in names if name.startswith("chalicelib/") and name.endswith(".py")} == ours
    assert {"app.py", "chalice/__init__.py", "chalice/app.py"} <= names
    assert len(names) == len(zipfile.ZipFile(made).namelist())


def test_it_holds_nothing_for_development(made: Path) -> None:
    assert made.stat().st_size < 35_000_000
    names = zipfile.ZipFile(made).namelist()
    tops = {name.split("/")[0] for name in names}
    assert tops.isdisjoint({"tests", "bench", "cli", "docs", "infra", "ui", "pip", "setuptools", "moto", ".chalice"})
    assert not [name for name in names if name.endswith((".c", ".pyi", ".js")) or "/tests/" in name]
    services = {name.split("/")[2] for name in names if name.startswith("botocore/data/") and name.count("/") > 2}
    assert services == contents.SERVICES


def test_each_service_that_the_code_has_a_client_of_is_described_in_it() -> None:
    code = "\n".join(path.read_text() for path in (ROOT / "chalicelib").rglob("*.py"))
    assert set(re.findall(r"\bclient\(\s*\"([a-z0-9-]+)\"", code)) == contents.SERVICES


def test_our_code_has_bytecode_that_is_checked_and_dependencies_are_bytecode_alone(made: Path) -> None:
    with zipfile.ZipFile(made) as zipped:
        names = set(zipped.namelist())
        sources = {name for name in names if name.endswith(".py")}
        assert {name.split("/")[0] for name in sources} == {"app.py", "chalicelib", "chalice"}
        ours = set()
        for name in sources:
            folder, _, file = name.rpartition("/")
            cached = f"__pycache__/{file.removesuffix('.py')}.{sys.implementation.cache_tag}.pyc"
            ours.add(f"{folder}/{cached}" if folder else cached)
        bytecode = {name for name in names if name.endswith(".pyc")}
        assert ours < bytecode
        for name in bytecode:
            flags = int.from_bytes(zipped.read(name)[4:8], "little")
            assert flags == (0b11 if name in ours else 0b01), name  # PEP 552: checked by hash; never checked


def test_edited_code_is_what_runs(unpacked: Path, tmp_path: Path) -> None:
    edited = tmp_path / "task"
    shutil.copytree(unpacked / "chalicelib", edited / "chalicelib")
    (edited / "chalicelib" / "version.py").write_text('VERSION = "edited"\n')
    assert run_in(edited, "from chalicelib.version import VERSION; print(VERSION)").strip() == "edited"


def test_it_runs_with_nothing_else_at_hand(unpacked: Path) -> None:
    script = "import app, json, sys; print(json.dumps([sorted(app.app.handler_map), sys.path, app.__cached__]))"
    handlers, path, cached = json.loads(run_in(unpacked, script))
    assert {"sweep", "administer", "record_invocations", "scrape_publish"} <= set(handlers)
    assert not [entry for entry in path if "site-packages" in entry]
    assert (unpacked / cached).exists()


def test_a_new_process_loads_only_what_is_listed(unpacked: Path) -> None:
    script = """
import app, gc, json, os, sys
files = {name: getattr(module, "__file__", None) or "" for name, module in sys.modules.items()}
shipped = [name for name, file in files.items() if file.startswith(os.getcwd())]
print(json.dumps([shipped, gc.isenabled(), gc.get_freeze_count()]))
"""
    modules, collects, frozen = json.loads(run_in(unpacked, script))
    assert {name.partition(".")[0] for name in modules} == LOADED
    ours = {name for name in modules if name.startswith("chalicelib.")}
    listed = {".".join(filter(None, ("chalicelib", floor, name))) for floor, name in _loaded_of_ours()}
    assert ours == listed
    assert collects
    assert frozen > 50_000  # what was loaded is not looked through for garbage again


def _loaded_of_ours() -> Iterator[tuple[str, str]]:
    for floor, names in LOADED_OF_OURS.items():
        yield from ((floor, name) for name in names.split())
        if floor:
            yield floor, ""


def test_all_that_any_function_imports_is_in_it(unpacked: Path) -> None:
    wanted: set[str] = set()
    for path in [ROOT / "app.py", *(ROOT / "chalicelib").rglob("*.py")]:
        if path.name != "app.py":
            wanted.add(".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"))
        typing_only = set()
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
                typing_only |= {id(inner) for inner in ast.walk(node)}
            elif id(node) in typing_only:
                continue
            elif isinstance(node, ast.Import):
                wanted |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                wanted.add(node.module)
    assert {"openai", "authlib.oauth2.rfc7523", "yaml", "chalicelib.scraper.steps"} <= wanted
    script = f"import importlib\nfor name in {sorted(wanted)!r}: importlib.import_module(name)"
    run_in(unpacked, script)


def test_clients_of_all_its_services_can_be_made(unpacked: Path) -> None:
    script = f"import boto3\nfor name in {sorted(contents.SERVICES)!r}: print(boto3.client(name).meta.region_name)"
    assert run_in(unpacked, script).split() == ["eu-central-1"] * len(contents.SERVICES)


def test_the_regions_of_all_its_services_are_known(unpacked: Path) -> None:
    ask = f"""
import botocore.session, json
session = botocore.session.get_session()
named = {{}}
for partition in session.get_available_partitions():
    for name in {sorted(contents.SERVICES)!r}:
        named.setdefault(name, []).append(session.get_available_regions(name, partition))
print(json.dumps(named))
"""
    ours = json.loads(run_in(unpacked, ask))
    whole = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True).stdout
    assert ours == json.loads(whole)
    assert all(any(regions) for regions in ours.values())


ELF = b"\x7fELF" + bytes(14)
AMD, ARM = ELF + (62).to_bytes(2, "little"), ELF + (183).to_bytes(2, "little")


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"fast/_c.abi3.so": AMD}, "fast/_c.abi3.so is not for arm64"),
        ({"libs/libz.so.1": AMD}, "libs/libz.so.1 is not for arm64"),
        ({"fast/_c.so": b"a script"}, "fast/_c.so is not for arm64"),
        ({".env": b""}, ".env must not ship"),
        ({"chalicelib/.env.dev": b""}, "chalicelib/.env.dev must not ship"),
        ({"ui/index.html": b""}, "ui/index.html must not ship"),
        ({"pip/__init__.py": b""}, "pip/__init__.py must not ship"),
        ({"chalicelib/x.py": b"KEY = 'AKIAIOSFODNN7EXAMPLE'"}, "chalicelib/x.py holds what looks like a secret"),
        ({"other-1.0.dist-info/METADATA": b""}, "other 1.0 ships, and is not locked"),
        ({"named-2.0.dist-info/METADATA": b""}, "named 1.0 is locked, and missing"),
    ],
)
def test_what_must_not_ship_is_refused(tmp_path: Path, files: dict[str, bytes], said: str) -> None:
    path = tmp_path / "package.zip"
    plain = {"named-1.0.dist-info/METADATA": b"", "good.so": ARM, "app.py": b""}
    with zipfile.ZipFile(path, "w") as writing:
        for name, body in plain.items():
            writing.writestr(name, body)
    checks.check(path, locked={"named": "1.0"}, architecture="arm64")
    kept = {} if said.startswith("named") else plain
    with zipfile.ZipFile(path, "w") as writing:
        for name, body in {**kept, **files}.items():
            writing.writestr(name, body)
    with pytest.raises(PackageRefused, match=re.escape(said)):
        checks.check(path, locked={"named": "1.0"}, architecture="arm64")


def test_a_package_that_lambda_would_not_take_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "package.zip"
    with zipfile.ZipFile(path, "w") as writing:
        writing.writestr("app.py", bytes(2_000_000))
    monkeypatch.setattr(checks, "ZIPPED_BYTES", 1_000_000)
    monkeypatch.setattr(checks, "UNZIPPED_BYTES", 1_000_000)
    with pytest.raises(PackageRefused, match=r"2\.0 MB zipped(.|\n)*2\.0 MB unzipped"):
        checks.check(path, locked={}, architecture="x86_64")


def test_a_stray_file_among_the_code_is_refused_by_name(tmp_path: Path) -> None:
    root = copied(tmp_path / "project")
    (root / "chalicelib" / "customers.csv").write_text("a,b\n")
    with pytest.raises(PackageRefused, match=r"chalicelib/customers\.csv would ship"):
        package("dev", root)


def test_a_stage_that_is_not_configured_is_refused_by_name() -> None:
    with pytest.raises(PackageRefused, match=r"no stage 'qa' .* it has dev, prod, staging"):
        package("qa")


def wheel(folder: Path, name: str) -> Path:
    path = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as writing:
        writing.writestr(f"{name}.py", "x = 1\n")
        writing.writestr(f"{name}-1.0.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        writing.writestr(
            f"{name}-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        writing.writestr(f"{name}-1.0.dist-info/RECORD", "")
    return path


@pytest.fixture
def offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """A project whose dependencies lie in a folder: it is written with the given `requirements.txt`."""
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    wheel(wheels, "sound")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))

    def project(requirements: str) -> Path:
        root = copied(tmp_path / "project")
        (root / "requirements.txt").write_text(requirements)
        return root

    return project


def test_a_wheel_that_is_not_the_locked_one_is_refused(offline: Callable[[str], Path], tmp_path: Path) -> None:  # G12
    root = offline(f"sound==1.0 --hash=sha256:{'0' * 64}\n")
    with pytest.raises(PackageRefused, match="DO NOT MATCH THE HASHES"):
        package("dev", root)


def test_a_wheel_for_another_platform_is_verified_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # G12
    wheels, fetched = tmp_path / "wheels", tmp_path / "fetched"
    wheels.mkdir()
    fetched.mkdir()
    digest = hashlib.sha256(wheel(wheels, "sound").read_bytes()).hexdigest()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    collecting.VerifyingPip(frozenset({digest})).download_manylinux_wheels("cp311", ["sound==1.0"], str(fetched))
    assert [path.name for path in fetched.iterdir()] == ["sound-1.0-py3-none-any.whl"]
    with pytest.raises(PackageRefused, match=r"sound-1\.0-py3-none-any\.whl is not what requirements\.txt locks"):
        collecting.VerifyingPip(frozenset()).download_manylinux_wheels("cp311", ["sound==1.0"], str(fetched))


def test_of_former_packages_only_the_last_one_is_kept(offline: Callable[[str], Path], tmp_path: Path) -> None:
    digest = hashlib.sha256((tmp_path / "wheels" / "sound-1.0-py3-none-any.whl").read_bytes()).hexdigest()
    root = offline(f"sound==1.0 --hash=sha256:{digest}\n")
    for path in (root / DEPLOYMENTS).iterdir():
        path.unlink()
    first = package("dev", root)
    (root / DEPLOYMENTS / "managed-layer-of-other-requirements-python3.11.zip").touch()
    (dependencies,) = (root / DEPLOYMENTS).glob("managed-layer-????????????????????????????????-*.zip")
    made = [first]
    for number in (1, 2):
        (root / "chalicelib" / "version.py").write_text(f'VERSION = "{number}"\n')
        made.append(package("dev", root))
    assert set((root / DEPLOYMENTS).iterdir()) == {*made[1:], dependencies}
    assert package("dev", root) == made[2]
    assert set((root / DEPLOYMENTS).iterdir()) == {*made[1:], dependencies}


def test_code_that_this_python_cannot_compile_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text("def f(:\n")
    with pytest.raises(PackageRefused, match=r"cannot compile(.|\n)*bad\.py"):
        archive.compile_all(tmp_path, keeps_source=True)


def test_the_lock_names_the_hash_of_everything_that_ships() -> None:  # G12
    text = (ROOT / "requirements.txt").read_text()
    for line in re.findall(r"^[a-z].*?(?=^\S|\Z)", text, re.MULTILINE | re.DOTALL):
        assert "--hash=sha256:" in line, line
    assert not re.search(r"https?://|file:", text)


def test_the_package_is_the_same_anywhere_and_is_what_chalice_ships(made: Path, tmp_path: Path) -> None:
    elsewhere = copied(tmp_path / "elsewhere")
    again = package("dev", elsewhere)
    assert again.read_bytes() == made.read_bytes()
    chalice = [
        sys.executable,
        "-c",
        "import sys; from chalice.cli import main; sys.exit(main())",
        "--project-dir",
        str(elsewhere),
    ]
    environment = {"PATH": "/usr/bin:/bin", "AWS_DEFAULT_REGION": "eu-central-1", "WAYGATE_STAGE": "dev"}
    subprocess.run(
        [*chalice, "package", "--stage", "dev", str(tmp_path / "out")],
        cwd=elsewhere,
        env=environment,
        check=True,
        capture_output=True,
    )
    assert (tmp_path / "out" / "deployment.zip").read_bytes() == made.read_bytes()
    modified = again.stat().st_mtime_ns
    assert package("dev", elsewhere) == again
    assert again.stat().st_mtime_ns == modified
