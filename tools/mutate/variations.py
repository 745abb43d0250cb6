"""Variations that are no damage: exports written otherwise must give the same figures and no new word."""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.mutate import engine, memory, seeds
from tools.mutate.classify import moved, new_notes
from tools.mutate.engine import Outcome
from tools.mutate.grid import Grid
from tools.mutate.run import Baseline
from tools.mutate.scenes import Scene
from tools.mutate.subject import Damage, Dice

#: Changes a grid and gives its bytes; None where it does not apply.
Vary = Callable[[Grid, Dice], bytes | None]


@dataclass(frozen=True)
class Varied:
    """``ok``: nothing new was said and no figure moved; ``why``: what else happened."""

    variation: str
    scene: str
    ok: bool
    why: str


def rewritten(grid: Grid, _: Dice) -> bytes | None:
    return grid.content()


def rows_shuffled(grid: Grid, dice: Dice) -> bytes | None:
    places = grid.data()
    mixed = [grid.rows[n] for n in places]
    dice.shuffle(mixed)
    for n, row in zip(places, mixed, strict=True):
        grid.rows[n] = row
    return grid.content()


def rows_reversed(grid: Grid, _: Dice) -> bytes | None:
    places = grid.data()
    for n, row in zip(places, [grid.rows[n] for n in reversed(places)], strict=True):
        grid.rows[n] = row
    return grid.content()


def columns_shuffled(grid: Grid, dice: Dice) -> bytes | None:
    order = list(range(len(grid.header)))
    dice.shuffle(order)
    if any(len(row) != len(order) for row in grid.rows):
        return None
    # A total line begins with its word: the columns after the first are mixed.
    order.remove(0)
    order.insert(0, 0)
    grid.rows = [[row[n] for n in order] for row in grid.rows]
    grid.header = [grid.header[n] for n in order]
    return grid.content()


def columns_added(grid: Grid, dice: Dice) -> bytes | None:
    names = ("系统内部编号", "最后修改人", "Remark 2")
    records, heads = set(grid.data()), {n for n, row in enumerate(grid.rows) if row == grid.header}
    for name in names:
        at = dice.randrange(1, len(grid.header) + 1)
        grid.header.insert(at, name)
        for n, row in enumerate(grid.rows):
            row.insert(at, name if n in heads else f"X{n:06d}" if n in records else "")
    return grid.content()


def other_line_ends(grid: Grid, _: Dice) -> bytes | None:
    if grid.form.kind != "csv":
        return None
    return grid.reformed(newline="\n" if grid.form.newline == "\r\n" else "\r\n").content()


def bom_changed(grid: Grid, _: Dice) -> bytes | None:
    if grid.form.kind != "csv" or not grid.form.encoding.startswith("utf-8"):
        return None
    return grid.reformed(encoding="utf-8" if grid.form.encoding == "utf-8-sig" else "utf-8-sig").content()


def other_encoding(grid: Grid, _: Dice) -> bytes | None:
    if grid.form.kind != "csv":
        return None
    return grid.reformed(encoding="utf-8" if grid.form.encoding == "gb18030" else "gb18030").content()


def utf16(grid: Grid, _: Dice) -> bytes | None:
    return grid.reformed(encoding="utf-16").content() if grid.form.kind == "csv" else None


def all_quoted(grid: Grid, _: Dice) -> bytes | None:
    return grid.reformed(quote_all=True).content() if grid.form.kind == "csv" else None


def other_delimiter(grid: Grid, _: Dice) -> bytes | None:
    if grid.form.kind != "csv":
        return None
    return grid.reformed(delimiter="\t" if grid.form.delimiter != "\t" else ";").content()


def zipped(grid: Grid, _: Dice) -> bytes | None:
    return None if grid.form.gzip or grid.form.kind == "xlsx" else gzip.compress(grid.content(), 1, mtime=0)


def headers_padded(grid: Grid, _: Dice) -> bytes | None:
    if grid.form.kind == "jsonl":
        return None
    grid.header = [f" {h} " for h in grid.header]
    return grid.content()


VARIATIONS: tuple[Vary, ...] = (
    rewritten,
    rows_shuffled,
    rows_reversed,
    columns_shuffled,
    columns_added,
    other_line_ends,
    bom_changed,
    other_encoding,
    utf16,
    all_quoted,
    other_delimiter,
    zipped,
    headers_padded,
)


def varied(scene: Scene, vary: Vary, seed: int) -> Damage | None:
    """Every export to which the variation applies, written that way."""
    dice = random.Random(f"{vary.__name__}/{seed}")
    files: dict[str, bytes] = {}
    for table in scene.exports.year.year.tables:
        for sheet in scene.exports.sheets(table):
            content = vary(sheet.grid, dice)
            if content is not None:
                files[sheet.file] = content
    return Damage(files, vary.__name__, ()) if files else None


def difference(before: Outcome, after: Outcome) -> str:
    """What is otherwise: a stop, new notes, figures; empty where nothing is."""
    if after.stop is not None:
        return f"stopped: {after.stop.splitlines()[0]} {' '.join(after.stop.splitlines()[2:4])}"
    notes = [f"{n.by}: {n.text.splitlines()[1][:120]}" for n in new_notes(before, after) if n.text]
    figures = [f"{name}: {a} → {b}" for name, a, b in moved(before.figures, after.figures)[:3]]
    return "; ".join([*(f"noted {n}" for n in notes), *figures])


def run_variations(
    originals: Sequence[Scene],
    baselines: Mapping[str, Baseline],
    folder: Path,
    seed: int,
    told: Callable[[Varied], None],
) -> None:
    """Each variation in each scene; ``told`` hears of each."""
    with memory.remembering(folder / "clean"):
        for scene in originals:
            before, work = baselines[scene.name][0], scene.work(folder / "varied" / scene.root.name)
            for vary in VARIATIONS:
                made = varied(scene, vary, seed)
                if made is None:
                    continue
                with work.damage(made):
                    after = engine.evaluate(work.root, work.evaluated)
                why = difference(before, after)
                told(Varied(vary.__name__, scene.name, not why, why))


def run_seeds(example: Outcome, folder: Path, number: int, told: Callable[[Varied], None]) -> None:
    """The generator's other seeds: figures of causes differ, but nothing new is to be said."""
    for seed in range(1, number + 1):
        root = seeds.write(folder / f"seed-{seed}", f"seed {seed}")
        with memory.remembering(folder / "clean"):
            after = engine.evaluate(root, 2024)
        known = {n.by for n in example.notes.values()}
        said = [] if after.stop else [n for n in new_notes(example, after) if n.by not in known]
        why = f"stopped: {after.stop}" if after.stop else "; ".join(f"{n.by}: {n.text[:200]}" for n in said)
        told(Varied(f"generator, seed {seed}", "2024", not why, why.replace("\n", " ")))
