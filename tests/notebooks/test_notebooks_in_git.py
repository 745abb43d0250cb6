"""Notebooks stay clean in git by themselves: opened, run, saved, changed by two people, with or without environment."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.notebooks.lab_saves import as_lab_has_it
from tools.clean_notebooks import NoNotebook, cleaned, main

PROJECT = Path(__file__).resolve().parents[2]
Git = Callable[..., str]
CHANGED = "# Parameters: papermill replaces them; in JupyterLab change them here."


def run(folder: Path, *command: str, path: str | None = None) -> subprocess.CompletedProcess[str]:
    surroundings = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    surroundings |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "LC_ALL": "C.UTF-8"}
    surroundings["COLUMNS"] = "40"  # how wide a terminal is has no say in it
    if path is not None:
        surroundings["PATH"] = path
    return subprocess.run(command, cwd=folder, env=surroundings, capture_output=True, encoding="utf-8", check=False)


def git(folder: Path, *arguments: str) -> str:
    who = ("-c", "user.name=t", "-c", "user.email=t@t", "-c", "core.quotePath=false", "-c", "init.defaultBranch=main")
    done = run(folder, "git", *who, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """The notebooks in a repository of their own, told of the filter as the set-up does."""
    folder = tmp_path / "二〇二四 年" / "仓 库"
    (folder / "tools").mkdir(parents=True)
    shutil.copytree(
        PROJECT / "notebooks", folder / "notebooks", ignore=shutil.ignore_patterns(".ipynb_checkpoints", "*.partial")
    )
    for name in (".gitattributes", ".gitignore", "tools/git_notebooks.sh", "tools/clean_notebooks.py"):
        shutil.copy(PROJECT / name, folder / name)
    (folder / ".venv").symlink_to(sys.prefix)
    git(folder, "init", "--template=")  # without a folder of hooks
    assert run(folder, "sh", "tools/git_notebooks.sh", "install").returncode == 0
    (folder / ".gitignore").write_text(".venv\n.ipynb_checkpoints/\n", encoding="utf-8")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "begin")
    return folder


def saved_in_lab(folder: Path) -> None:
    """Every notebook opened, run and saved; each time its outputs are other ones."""
    for path in (folder / "notebooks").glob("*.ipynb"):
        notebook = as_lab_has_it(nbformat.read(path, as_version=4))
        notebook.metadata["widgets"]["size"] = "x" * path.stat().st_size
        nbformat.write(nbformat.from_dict(notebook), path)


def cell_changed(path: Path, old: str, new: str) -> None:
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        cell.source = cell.source.replace(old, new)
    nbformat.write(notebook, path)


def test_all_notebooks_saved_in_lab_leave_git_clean(repository: Path) -> None:
    before = {p.name: p.read_bytes() for p in (repository / "notebooks").glob("*.ipynb")}
    saved_in_lab(repository)
    assert all(p.read_bytes() != before[p.name] for p in (repository / "notebooks").glob("*.ipynb"))
    assert git(repository, "status", "--porcelain") == ""
    assert git(repository, "diff") == ""
    git(repository, "add", "-A")
    assert git(repository, "diff", "--cached", "--name-only") == ""


def test_saved_through_the_server_itself_too(repository: Path) -> None:
    script = Path(__file__).with_name("lab_saves.py")
    done = run(repository, sys.executable, str(script), str(repository / "notebooks"))
    assert done.returncode == 0, done.stderr
    assert "张三" in (repository / "notebooks" / "1_clean.ipynb").read_text(encoding="utf-8")
    assert git(repository, "status", "--porcelain") == ""


def test_without_the_filter_they_would_not(repository: Path) -> None:
    git(repository, "config", "--unset", "filter.selfeval-notebooks.clean")
    saved_in_lab(repository)
    assert git(repository, "status", "--porcelain").count(" M ") == len(
        list((repository / "notebooks").glob("*.ipynb"))
    )


def test_a_change_of_code_is_seen_and_stored_without_outputs(repository: Path) -> None:
    saved_in_lab(repository)
    cell_changed(repository / "notebooks" / "1_clean.ipynb", CHANGED, "# 改")
    assert git(repository, "status", "--porcelain") == " M notebooks/1_clean.ipynb\n"
    git(repository, "commit", "-q", "-a", "-m", "change")
    stored = git(repository, "show", "HEAD:notebooks/1_clean.ipynb")
    assert "# 改" in stored and "张三" not in stored
    assert (
        git(repository, "show", "--stat", "--format=").splitlines()[-1]
        == " 1 file changed, 1 insertion(+), 1 deletion(-)"
    )


def test_differences_are_told_by_cells_without_outputs(repository: Path) -> None:
    saved_in_lab(repository)
    cell_changed(repository / "notebooks" / "1_clean.ipynb", CHANGED, "# 改")
    told = git(repository, "diff")
    assert "nbdiff" in told and "# 改" in told and "张三" not in told


def test_two_people_change_lines_of_one_cell(repository: Path) -> None:
    path = repository / "notebooks" / "3_attainment.ipynb"
    git(repository, "switch", "-q", "-c", "other")
    cell_changed(path, "from helpers.report import views", "from helpers.report import views  # 甲")
    git(repository, "commit", "-q", "-a", "-m", "one")
    git(repository, "switch", "-q", "-")
    cell_changed(path, 'cleaned = ws.read("1_clean")', 'cleaned = ws.read("1_clean")  # 乙')
    git(repository, "commit", "-q", "-a", "-m", "two")
    git(repository, "merge", "-q", "other", "-m", "both")
    merged = path.read_text(encoding="utf-8")
    assert "views  # 甲" in merged and "# 乙" in merged
    assert cleaned(merged.encode()) == merged.encode()
    assert git(repository, "status", "--porcelain") == ""


@pytest.mark.parametrize(
    "command",
    ["merge -q other -m both", "merge -q --ff-only later", "rebase -q other", "cherry-pick other", "switch -q other"],
)
def test_outputs_that_nobody_stored_hinder_no_work(repository: Path, command: str) -> None:
    """Both sides change the same notebooks; they were run and saved before, and looked at by git."""
    git(repository, "switch", "-q", "-c", "other")
    cell_changed(repository / "notebooks" / "3_attainment.ipynb", "import views", "import views  # 甲")
    git(repository, "commit", "-q", "-a", "-m", "one")
    git(repository, "switch", "-q", "-")
    cell_changed(repository / "notebooks" / "3_attainment.ipynb", "fiscal_year: int = 2024", "fiscal_year: int = 2023")
    git(repository, "commit", "-q", "-a", "-m", "two")
    git(repository, "switch", "-q", "-c", "later")
    cell_changed(repository / "notebooks" / "1_clean.ipynb", CHANGED, "# 丙")
    git(repository, "commit", "-q", "-a", "-m", "three")
    git(repository, "switch", "-q", "-")
    saved_in_lab(repository)
    assert git(repository, "status", "--porcelain") == ""
    git(repository, *command.split())
    assert git(repository, "status", "--porcelain") == ""
    saved_in_lab(repository)
    assert git(repository, "status", "--porcelain") == ""


def test_work_on_code_is_put_aside_and_taken_up_again(repository: Path) -> None:
    path = repository / "notebooks" / "1_clean.ipynb"
    cell_changed(path, CHANGED, "# 改")
    saved_in_lab(repository)
    git(repository, "stash")
    assert "# 改" not in path.read_text(encoding="utf-8") and git(repository, "status", "--porcelain") == ""
    git(repository, "stash", "pop")
    assert git(repository, "status", "--porcelain") == " M notebooks/1_clean.ipynb\n"
    assert "# 改" in path.read_text(encoding="utf-8")


def test_a_hook_of_somebody_else_stays(repository: Path) -> None:
    hook = repository / ".git" / "hooks" / "post-index-change"
    hook.write_text("#!/bin/sh\n", encoding="utf-8")
    done = run(repository, "sh", "tools/git_notebooks.sh", "install")
    assert done.returncode == 0 and "somebody's own" in done.stderr
    assert hook.read_text(encoding="utf-8") == "#!/bin/sh\n"


def test_announced_and_hidden_entries_stay_so(repository: Path) -> None:
    shutil.copy(repository / "notebooks" / "1_clean.ipynb", repository / "notebooks" / "new.ipynb")
    git(repository, "add", "-N", "notebooks/new.ipynb")
    git(repository, "update-index", "--skip-worktree", "notebooks/5_report.ipynb")
    saved_in_lab(repository)
    assert git(repository, "status", "--porcelain") == " A notebooks/new.ipynb\n"
    assert "S notebooks/5_report.ipynb" in git(repository, "ls-files", "-v")


@pytest.mark.parametrize("environment", [True, False])
def test_changes_of_one_line_conflict_and_neither_is_lost(repository: Path, environment: bool) -> None:
    path = repository / "notebooks" / "1_clean.ipynb"
    if not environment:
        (repository / ".venv").unlink()
    git(repository, "switch", "-q", "-c", "other")
    cell_changed(path, CHANGED, "# 甲甲甲")
    git(repository, "commit", "-q", "-a", "-m", "one")
    git(repository, "switch", "-q", "-")
    cell_changed(path, CHANGED, "# 乙乙乙")
    git(repository, "commit", "-q", "-a", "-m", "two")
    done = run(repository, "git", "-c", "user.name=t", "-c", "user.email=t@t", "merge", "other")
    assert done.returncode == 1
    assert git(repository, "status", "--porcelain") == "UU notebooks/1_clean.ipynb\n"
    text = path.read_text(encoding="utf-8")
    assert "# 甲甲甲" in text and "# 乙乙乙" in text


def test_without_an_environment_any_python_cleans_and_lines_are_compared(repository: Path) -> None:
    (repository / ".venv").unlink()
    saved_in_lab(repository)
    assert git(repository, "status", "--porcelain") == ""
    cell_changed(repository / "notebooks" / "1_clean.ipynb", CHANGED, "# 改")
    assert '+    "# 改\\n",' in git(repository, "diff")


def test_without_any_python_git_goes_on_and_nothing_is_lost(repository: Path, tmp_path: Path) -> None:
    (repository / ".venv").unlink()
    saved_in_lab(repository)
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("git", "sh", "cat", "mktemp", "rm", "dirname", "cp", "cmp", "sed", "grep"):
        found = shutil.which(name)
        assert found is not None
        (tools / name).symlink_to(found)
    done = run(repository, "git", "add", "-A", path=str(tools))
    assert done.returncode == 0
    assert "the notebook keeps its outputs" in done.stderr
    assert (
        git(repository, "show", ":notebooks/1_clean.ipynb").encode()
        == (repository / "notebooks" / "1_clean.ipynb").read_bytes()
    )


def test_a_state_without_the_script_is_checked_out_and_committed(repository: Path) -> None:
    shutil.rmtree(repository / "tools")
    saved_in_lab(repository)
    git(repository, "commit", "-q", "-a", "-m", "gone")
    assert "张三" in git(repository, "show", "HEAD:notebooks/1_clean.ipynb")


def test_the_set_up_leaves_a_larger_repository_alone(repository: Path, tmp_path: Path) -> None:
    inner = repository / "vendor" / "selfeval"
    shutil.copytree(repository / "tools", inner / "tools")
    git(repository, "config", "--remove-section", "filter.selfeval-notebooks")
    assert run(inner, "sh", "tools/git_notebooks.sh", "install").returncode == 0
    assert "filter." not in git(repository, "config", "--local", "--list")


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", '{"cells": []}', '{"nbformat": 3, "worksheets": []}', "<<<<<<< ours\n{}\n", "\ufeff"],
)
def test_what_is_no_notebook_goes_through_as_it_is(repository: Path, text: str) -> None:
    path = repository / "notebooks" / "草 稿.ipynb"
    path.write_text(text, encoding="utf-8")
    git(repository, "add", "-A")
    assert git(repository, "show", ":notebooks/草 稿.ipynb") == text
    with pytest.raises(NoNotebook):
        cleaned(text.encode())


def test_cleaned_notebooks_are_as_the_server_writes_them() -> None:
    for path in (PROJECT / "notebooks").glob("*.ipynb"):
        content = path.read_bytes()
        assert (nbformat.writes(nbformat.reads(content.decode(), as_version=4)) + "\n").encode() == content, path.name
        assert cleaned(content) == content, path.name


def test_nothing_is_left_that_nbstripout_would_take_away(repository: Path) -> None:
    saved_in_lab(repository)
    paths = sorted(str(p) for p in (repository / "notebooks").glob("*.ipynb"))
    verify = (sys.executable, "-m", "nbstripout", "--verify", "--keep-id", "--extra-keys", "cell.metadata.execution")
    assert run(repository, *verify, *paths).returncode == 1
    assert main([str(repository / "notebooks")]) == 0
    assert run(repository, *verify, *paths).returncode == 0


def test_what_an_author_says_of_cells_stays() -> None:
    metadata = {"tags": ["parameters"], "slideshow": {"slide_type": "slide"}, "editable": False, "scrolled": True}
    cell = {"cell_type": "code", "id": "a", "metadata": metadata, "source": "a\nb", "outputs": [], "execution_count": 1}
    raw = {"cell_type": "raw", "id": "b", "metadata": {"raw_mimetype": "text/html", "tags": []}, "source": []}
    picture = {
        "cell_type": "markdown",
        "id": "c",
        "metadata": {},
        "source": "x",
        "attachments": {"a.png": {"image/png": "aa"}},
    }
    other = {"display_name": "R", "language": "R", "name": "ir"}
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": other}, "cells": [cell, raw, picture]}
    kept = json.loads(cleaned(json.dumps(notebook).encode()))
    assert kept["metadata"] == {"kernelspec": other, "language_info": {"name": "R"}}
    del metadata["scrolled"]
    assert [one["metadata"] for one in kept["cells"]] == [metadata, {"raw_mimetype": "text/html"}, {}]
    assert kept["cells"][0]["source"] == ["a\n", "b"]
    assert kept["cells"][2]["attachments"] == picture["attachments"]


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_cleaning_changes_no_source_and_cleans_once(source: str) -> None:
    cell = {"cell_type": "code", "id": "a", "metadata": {}, "source": source, "outputs": [{}], "execution_count": 3}
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]}
    once = cleaned(json.dumps(notebook).encode())
    assert "".join(json.loads(once)["cells"][0]["source"]) == source
    assert cleaned(once) == once


def test_by_hand_notebooks_are_cleaned_and_others_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = tmp_path / "a.ipynb", tmp_path / "b.ipynb"
    good.write_text('{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}', encoding="utf-8")
    bad.write_text("{", encoding="utf-8")
    assert main([str(tmp_path)]) == 1
    told = capsys.readouterr()
    assert told.out == f"cleaned {good}\n" and f"left as it is: {bad}" in told.err
    assert bad.read_text(encoding="utf-8") == "{"
    assert main([str(good)]) == 0 and capsys.readouterr().out == ""
