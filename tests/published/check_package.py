"""Check a package of the example year against the published facts: ``python check_package.py reports/2024``."""

from __future__ import annotations

import hashlib
import json
import sys
from fractions import Fraction
from pathlib import Path

FACTS = json.loads(Path(__file__).with_name("fy2024.json").read_text(encoding="utf-8"))


def near(value: float, exact: str) -> bool:
    """The nearest float to the exact figure, or the figure itself."""
    return value is not None and float(value) == float(Fraction(exact))


def differences(results: dict) -> list[str]:
    """Every published fact that ``results.json`` does not give."""
    wrong: list[str] = []

    def expect(what: str, found: object, wanted: object) -> None:
        if found != wanted:
            wrong.append(f"{what}: {found!r}, published {wanted!r}")

    budget, facts = results["budget"], FACTS["budget"]
    for key in ("initial", "adjusted", "spent", "weight", "score"):
        expect(f"budget.{key}", budget[key], facts[key])
    if not near(budget["execution_rate"], facts["execution_rate"]):
        wrong.append(f"execution_rate: {budget['execution_rate']}")
    expect("budget.parts", {p["name"]: p["budget"] for p in budget["parts"]}, facts["parts"])
    expect("activities", {a["category"]: a["count"] for a in results["activities"]}, FACTS["activities"])
    expect("order of activities", [a["category"] for a in results["activities"]], list(FACTS["activities"]))
    expect("sum of activities", sum(a["count"] for a in results["activities"]), FACTS["activity_total"])
    bounds = [a for a in results["activities"] if a["lower_bound"]]
    expect("lower bounds", [a["category"] for a in bounds], [FACTS["lower_bound"]])
    expect("count_text", [a["count_text"] for a in bounds], ["885余次"])
    found = {i["level3"]: i for i in results["indicators"]}
    expect("indicators", list(found), FACTS["level3"])
    for name, fact in FACTS["indicators"].items():
        indicator = found.get(name, {})
        if not near(indicator.get("actual"), fact["actual"]):
            wrong.append(f"{name}: {indicator.get('actual')!r}, published {fact['actual']}")
        expect(f"status of {name}", indicator.get("status"), fact["status"])
    expect("timeliness is not met in full", found["完成时效"]["status"] in ("partly_met", "not_met"), True)
    expect("satisfaction replies", found["满意率不低于90%"]["evidence"]["rows"], FACTS["satisfaction"]["replies"])
    weights = sum(Fraction(repr(float(i["weight"]))) for i in results["indicators"]) + Fraction(budget["weight"])
    expect("weights", weights, Fraction(100))
    return wrong


def broken(package: Path) -> list[str]:
    """What is wrong with the package as a set of files."""
    manifest = json.loads((package / "manifest.json").read_text(encoding="utf-8"))
    listed = {o["file"]: o["sha256"] for o in manifest["outputs"]}
    present = {p.relative_to(package).as_posix() for p in package.rglob("*") if p.is_file()} - {"manifest.json"}
    wrong = [f"not in the manifest or not there: {name}" for name in present ^ set(listed)]
    wanted = {
        "report.html",
        "report.pdf",
        "report.docx",
        "technical.pdf",
        "self_evaluation.xlsx",
        "results.json",
        "validation.json",
    }
    wrong += [f"missing: {name}" for name in wanted - present]
    for name in present & set(listed):
        if hashlib.sha256((package / name).read_bytes()).hexdigest() != listed[name]:
            wrong.append(f"hash differs: {name}")
    return wrong


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    problems = differences(json.loads((folder / "results.json").read_text(encoding="utf-8"))) + broken(folder)
    print("\n".join(problems) or f"{folder}: all published figures are there, the package is whole")  # noqa: T201
    sys.exit(bool(problems))
