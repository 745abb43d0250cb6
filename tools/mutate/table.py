"""The table by kind of damage, and one example of each silent mutant."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from tools.mutate.classify import CLASSES
from tools.mutate.run import Mutant
from tools.mutate.subject import KINDS
from tools.mutate.variations import Varied

#: Hears of each mutant and variation as it ends.
Hear = Callable[[Mutant | Varied], None]


def made(mutants: Iterable[Mutant]) -> list[Mutant]:
    return [m for m in mutants if m.verdict is not None]


def result(mutant: Mutant) -> str:
    assert mutant.verdict is not None
    return mutant.verdict.result


def summary(mutants: Sequence[Mutant]) -> str:
    """One line of counts and shares."""
    counts, total = Counter(map(result, made(mutants))), len(made(mutants)) or 1
    told = ", ".join(f"{name} {counts[name]}" for name in CLASSES)
    quiet = counts["silent"] + counts["unnamed"]
    unnamed = sum(1 for m in made(mutants) if result(m) == "stopped" and m.verdict and not m.verdict.named)
    kinds = len({m.task.kind for m in made(mutants)})
    return (
        f"{total} mutants of {kinds} kinds: {told}. Silent or not named: {quiet} ({100 * quiet / total:.1f} %). "
        f"Stops that do not name the damaged file, table or column: {unnamed}."
    )


def by_kind(mutants: Sequence[Mutant]) -> str:
    """Markdown: a line a kind, in the order of the register."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for mutant in made(mutants):
        counts[mutant.task.kind][result(mutant)] += 1
    lines = ["| kind | what is damaged | " + " | ".join(CLASSES) + " |", "|---|---|" + "---:|" * len(CLASSES)]
    for name, one in KINDS.items():
        if name in counts:
            cells = " | ".join(str(counts[name][c] or "") for c in CLASSES)
            lines.append(f"| {name} | {one.group}: {one.about} | {cells} |")
    total = sum(counts.values(), Counter())
    return "\n".join([*lines, "| **all** | | " + " | ".join(str(total[c]) for c in CLASSES) + " |"])


def by_scene(mutants: Sequence[Mutant]) -> str:
    """Markdown: a line a damaged year."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for mutant in made(mutants):
        counts[mutant.task.scene][result(mutant)] += 1
    lines = ["| damaged year | " + " | ".join(CLASSES) + " |", "|---|" + "---:|" * len(CLASSES)]
    return "\n".join(
        [*lines, *(f"| {n} | " + " | ".join(str(c[k]) for k in CLASSES) + " |" for n, c in counts.items())]
    )


def quiet(mutants: Sequence[Mutant]) -> str:
    """The silent kinds, the most frequent first, each with its mutants."""
    silent: dict[str, list[Mutant]] = defaultdict(list)
    for mutant in made(mutants):
        if result(mutant) in ("silent", "unnamed", "crash"):
            silent[mutant.task.kind].append(mutant)
    total = Counter(m.task.kind for m in made(mutants))
    lines = []
    for name, found in sorted(silent.items(), key=lambda item: (-len(item[1]), item[0])):
        lines.append(f"- **{name}** ({KINDS[name].about}): {len(found)} of {total[name]}")
        lines += [f"  - {told(one)}" for one in found]
    return "\n".join(lines)


def told(mutant: Mutant) -> str:
    """One mutant in a line: how to make it again, what was done, what it did."""
    verdict = mutant.verdict
    assert verdict is not None
    figures = "; ".join(f"{name.lstrip('.')}: {_short(a)} → {_short(b)}" for name, a, b in verdict.moved[:2])
    more = f" [{verdict.result}: {', '.join(verdict.by)}]" if verdict.result != "silent" else ""
    crash = f" {verdict.said.splitlines()[0][:200]}" if verdict.result == "crash" and verdict.said else ""
    return f"{mutant.task.scene}, seed {mutant.task.seed}: {mutant.what}{more}{crash} — {figures}"


def _short(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def undamaged(found: Sequence[Varied]) -> str:
    """Markdown: a line a variation; what went wrong below."""
    lines = ["| variation | same figures, nothing new said | otherwise |", "|---|---:|---:|"]
    for name in dict.fromkeys(v.variation for v in found):
        own = [v.ok for v in found if v.variation == name]
        lines.append(f"| {name} | {sum(own)} | {len(own) - sum(own) or ''} |")
    wrong = [f"- **{v.variation}**, {v.scene}: {v.why[:400]}" for v in found if not v.ok]
    return "\n".join([*lines, "", *wrong])


def progress(found: Mutant | Varied) -> str:
    """One line for the terminal."""
    if isinstance(found, Varied):
        return f"{found.variation}, {found.scene}: {'ok' if found.ok else found.why[:150]}"
    if found.verdict is None:
        return f"         {found.task.kind:28}  fits nothing in {found.task.scene}"
    return f"{found.seconds:5.1f} s  {found.task.kind:28}  {found.verdict.result:9} {told(found)[:150]}"
