"""Run as a program: each stage of a project in a process of its own; what it imports and opens of the library.

The third-party libraries are imported once, and a stage is a fork of this process that knows nothing of ``helpers``.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any


def main(notebooks: Path, helpers: Path, root: Path, out: Path) -> None:
    import duckdb  # noqa: F401
    import great_expectations  # noqa: F401
    import IPython.display
    import matplotlib.figure  # noqa: F401
    import scipy.stats  # noqa: F401

    IPython.display.display = lambda *_, **__: None
    for notebook in sorted(notebooks.glob("[1-5]_*.ipynb")):
        child = os.fork()
        if child == 0:
            found = _stage(notebook, helpers, root)
            (out / f"{notebook.stem}.json").write_text(json.dumps(found), encoding="utf-8")
            os._exit(0)
        if os.waitpid(child, 0)[1]:
            raise SystemExit(1)


def _stage(notebook: Path, helpers: Path, root: Path) -> list[str]:
    opened: set[str] = set()

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and str(arguments[0]).startswith(f"{helpers}/"):
            opened.add(str(arguments[0]).removeprefix(f"{helpers}/"))

    names: dict[str, Any] = {}
    cells = [c for c in json.loads(notebook.read_text(encoding="utf-8"))["cells"] if c["cell_type"] == "code"]
    imports_first, *_ = (c for c in cells if "open_stage" in "".join(c["source"]))
    for cell in cells:
        source = "".join(cell["source"])
        if cell is imports_first:  # the record of the stage reads every file; only what comes beside it counts
            head = "\n".join(line for line in source.splitlines() if line.startswith("from helpers"))
            exec(head, names)
            sys.modules["helpers.run.code_reach"].sources_at_start()
            sys.modules["helpers.run.code_reach"].read_sources()
            sys.addaudithook(hook)
        exec(source, names)
        if "parameters" in cell["metadata"].get("tags", []):
            names |= {"fiscal_year": 2024, "root": str(root)}
    modules = [m.__file__ for name, m in sys.modules.items() if name.split(".")[0] == "helpers" and m.__file__]
    data = {name for name in opened if "__pycache__" not in name and not name.endswith(".py")}
    return sorted({Path(file).relative_to(helpers).as_posix() for file in modules} | data)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
