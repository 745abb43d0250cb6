"""Many mutants evaluated in a few processes, each working in its own copies of the roots."""

from __future__ import annotations

import gc
import multiprocessing
import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.mutate import engine, memory
from tools.mutate.classify import Verdict, classify, moved
from tools.mutate.engine import Outcome
from tools.mutate.scenes import Scene
from tools.mutate.subject import KINDS, Damage, attempts

#: A baseline: what is said of the undamaged year, its figures, those of stage 4.
Baseline = tuple[Outcome, dict[str, Any]]


@dataclass(frozen=True)
class Task:
    kind: str
    scene: str
    seed: str


@dataclass(frozen=True)
class Mutant:
    """One mutant and its end; ``damage`` None: the kind fits nothing in the scene."""

    task: Task
    what: str | None
    verdict: Verdict | None
    seconds: float = 0.0


def tasks(kinds: Sequence[str], names: Sequence[str], seed: int, per_kind: int) -> list[Task]:
    """So many mutants of each kind, the scenes in turn, beginning with another one for each kind."""
    made = [
        Task(kind, names[(number + place) % len(names)], f"{seed}/{place}")
        for number, kind in enumerate(kinds)
        for place in range(per_kind)
    ]
    # Mixed, so that a run that is not over yet tells of all groups.
    random.Random(seed).shuffle(made)
    return made


def baseline(scene: Scene) -> Baseline:
    """The undamaged year; its clean tables are kept."""
    memory.KEEPING.append(True)
    try:
        outcome = engine.evaluate(scene.root, scene.evaluated)
        if outcome.stop is not None:
            raise RuntimeError(f"{scene.name} does not pass undamaged: {outcome.stop}")
        return outcome, dict(engine.explained(scene.root, scene.evaluated))
    finally:
        memory.KEEPING.clear()


class Worker:
    """Evaluates mutants in its own copies of the scenes' roots."""

    def __init__(self, scenes: Sequence[Scene], baselines: dict[str, Baseline], folder: Path) -> None:
        self.baselines = baselines
        self.originals = {s.name: s for s in scenes}
        self.scenes = {s.name: s.work(folder / s.root.name) for s in scenes}

    def run(self, task: Task) -> Mutant:
        started = time.perf_counter()
        damage = next(attempts(KINDS[task.kind], self.originals[task.scene].exports, task.seed), None)
        if damage is None:
            return Mutant(task, None, None)
        verdict = self.judge(task.scene, damage)
        return Mutant(task, damage.what, verdict, time.perf_counter() - started)

    def judge(self, name: str, damage: Damage) -> Verdict:
        scene, (before, causes) = self.scenes[name], self.baselines[name]
        with scene.damage(damage):
            after = engine.evaluate(scene.root, scene.evaluated)

            def differences() -> tuple[tuple[str, Any, Any], ...]:
                return moved(causes, engine.explained(scene.root, scene.evaluated))

            return classify(damage, self.originals[name].exports.year, before, after, differences)


#: The worker of this process.
_WORKERS: list[Worker] = []


def _run(task: Task) -> Mutant:
    return _WORKERS[0].run(task)


def run_all(
    wanted: Sequence[Task], scenes: Sequence[Scene], folder: Path, workers: int, told: Callable[[Mutant], None]
) -> dict[str, Baseline]:
    """Every task's mutant; ``told`` hears of each as it ends, in the order of the tasks. The baselines."""
    with memory.remembering(folder / "clean"):
        baselines = {s.name: baseline(s) for s in scenes}
        if workers == 1:
            worker = Worker(scenes, baselines, folder / "work")
            for task in wanted:
                told(worker.run(task))
            return baselines
        # Databases that nobody closed must not be closed again in the copies of this process.
        gc.collect()
        gc.freeze()
        context = multiprocessing.get_context("fork")
        with ProcessPoolExecutor(workers, context, _start, (scenes, baselines, folder)) as pool:
            for mutant in pool.map(_run, wanted, chunksize=2):
                told(mutant)
    return baselines


def _start(scenes: Sequence[Scene], baselines: dict[str, Baseline], folder: Path) -> None:
    _WORKERS[:] = [Worker(scenes, baselines, folder / f"work-{multiprocessing.current_process().pid}")]
