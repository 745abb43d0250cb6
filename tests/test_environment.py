"""pyproject.toml, requirements.lock and environment.yml say the same; the lock pins and names no index."""

import importlib.metadata
import importlib.util
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")

spec = importlib.util.spec_from_file_location("make_environment", ROOT / "tools" / "make_environment.py")
environment = importlib.util.module_from_spec(spec)
spec.loader.exec_module(environment)


def test_environment_yml_is_what_the_lock_says() -> None:
    assert (ROOT / "environment.yml").read_text(encoding="utf-8") == environment.environment()


def test_every_direct_dependency_is_locked() -> None:
    locked = environment.locked_versions()
    assert {environment.normal(name) for name in environment.direct_dependencies()} <= set(locked)


def test_the_fixed_packages_are_direct_dependencies() -> None:
    fixed = {"jupyterlab", "pandas", "matplotlib", "papermill", "nbconvert", "great-expectations", "pytest"}
    assert fixed <= set(environment.direct_dependencies())


def test_every_pin_has_hashes_and_no_index_is_named() -> None:
    entries = re.split(r"\n(?=[A-Za-z0-9])", LOCK.strip())
    assert len(entries) > 100
    for entry in entries:
        assert re.match(r"[A-Za-z0-9._-]+==\S+", entry), entry[:60]
        assert "--hash=sha256:" in entry, entry[:60]
    assert "://" not in LOCK and "index" not in LOCK


def test_the_running_environment_is_the_locked_one() -> None:
    locked = environment.locked_versions()
    for name in environment.direct_dependencies():
        assert importlib.metadata.version(name) == locked[environment.normal(name)], name


@pytest.mark.parametrize("command", ["report", "test", "lab", "bench", "check"])
def test_the_makefile_sets_up_before_it_runs(command: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^{command}: \$\(READY\)", makefile, re.MULTILINE)


def test_entry_points_lead_somewhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for group in project["entry-points"].values():
        for target in group.values():
            module, _, name = target.partition(":")
            assert hasattr(importlib.import_module(module), name), target
