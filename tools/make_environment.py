"""Write environment.yml for conda users from pyproject.toml and requirements.lock."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

#: Direct dependencies that conda-forge carries under the same or this other name; the rest come by pip.
CONDA = {
    "charset-normalizer": None,
    "duckdb": "python-duckdb",
    "filelock": None,
    "fonttools": None,
    "great-expectations": None,
    "holidays": None,
    "hypothesis": None,
    "ipykernel": None,
    "jinja2": None,
    "jsonschema": None,
    "jupyterlab": None,
    "matplotlib": "matplotlib-base",
    "nbconvert": None,
    "nbformat": None,
    "openpyxl": None,
    "pandas": None,
    "papermill": None,
    "pyarrow": None,
    "pydantic": None,
    "pytest": None,
    "python-docx": None,
    "rich": None,
    "ruamel.yaml": None,
    "statsmodels": None,
    "typer": None,
    "xlsxwriter": None,
}


def normal(name: str) -> str:
    """A distribution's name for comparison."""
    return re.sub(r"[-_.]+", "-", name).lower()


def direct_dependencies() -> list[str]:
    """The names in pyproject.toml, development ones included."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    listed = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    return sorted(re.match(r"[A-Za-z0-9._-]+", entry).group() for entry in listed)  # type: ignore[union-attr]


def locked_versions() -> dict[str, str]:
    """Each package of the lock with the version for the oldest Python, where it differs by Python."""
    found: dict[str, str] = {}
    for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines():
        match = re.match(r"([A-Za-z0-9._-]+)==([^ ;\\]+)", line)
        if match:
            found.setdefault(normal(match.group(1)), match.group(2))
    return found


def environment() -> str:
    """The text of environment.yml."""
    locked = locked_versions()
    conda, pip = [], []
    for name in direct_dependencies():
        version = locked[normal(name)]
        if name in CONDA:
            conda.append(f"  - {CONDA[name] or name}={version}")
        else:
            pip.append(f"      - {name}=={version}")
    lines = [
        "# The environment of requirements.lock for conda users; written by `make environment`.",
        "name: selfeval",
        "channels: [conda-forge, nodefaults]",
        "dependencies:",
        "  - python=3.11",
        "  - pip",
        *conda,
        "  - pip:",
        *pip,
        "      - -e .",
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    (ROOT / "environment.yml").write_text(environment(), encoding="utf-8")
