"""Every notebook of a folder saved as Lab saves it after it was opened, run and looked at; a program, too."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

LANGUAGE = {
    "codemirror_mode": {"name": "ipython", "version": 3},
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "nbconvert_exporter": "python",
    "pygments_lexer": "ipython3",
    "version": "3.12.1",
}
SHOWN = [
    {"name": "stdout", "output_type": "stream", "text": "张三\n"},
    {
        "data": {"text/html": "<table>", "text/plain": "<IPython.core.display.HTML object>"},
        "execution_count": 7,
        "metadata": {},
        "output_type": "execute_result",
    },
]


def as_lab_has_it(notebook: Any) -> Any:
    """A notebook as the page in the browser sends it to the server."""
    notebook["metadata"]["kernelspec"] = {"display_name": "项目环境", "language": "python", "name": "conda-env"}
    notebook["metadata"]["language_info"] = LANGUAGE
    notebook["metadata"]["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {}}}
    for number, cell in enumerate(notebook["cells"], start=1):
        cell["metadata"] |= {"trusted": True, "collapsed": False, "editable": True, "slideshow": {"slide_type": ""}}
        if cell["cell_type"] == "code":
            cell["metadata"] |= {"scrolled": True, "execution": {"iopub.status.busy": "2026-11-26T01:02:03Z"}}
            cell["metadata"] |= {"jupyter": {"outputs_hidden": True}}
            cell |= {"execution_count": number, "outputs": SHOWN}
    return notebook


def main(folder: str) -> None:
    """Through the server's own contents manager."""
    from jupyter_server.services.contents.largefilemanager import LargeFileManager

    manager = LargeFileManager(root_dir=folder)
    for path in sorted(Path(folder).glob("*.ipynb")):
        notebook = as_lab_has_it(manager.get(path.name, content=True)["content"])
        manager.save({"type": "notebook", "format": "json", "content": notebook}, path.name)


if __name__ == "__main__":
    main(sys.argv[1])
