"""One indicator at a time comes to what all of them together come to."""

from __future__ import annotations

import json
from pathlib import Path

from helpers.activity.clean import clean_year
from helpers.deviation.apart import explain_indicator
from helpers.deviation.explain import compare_years, explain_year
from helpers.measures.figures import Measures
from helpers.measures.year_attained import attain_year
from helpers.year.load import load_year
from tests.run import small_project


def test_indicators_apart_give_what_they_give_together(tmp_path: Path) -> None:
    folder = small_project.write_project(tmp_path)
    small_project.edit(folder / "indicators.yml", "不低于50件", "不低于130件")
    year, out = load_year(tmp_path, 2024), tmp_path / "out"
    clean_year(year, out)
    with Measures(year, out) as measures:
        whole = attain_year(year, measures)
        alone = attain_year(year, measures, "in_time")
        deviations, comparisons = explain_year(whole, measures), compare_years(whole, measures, None, None)
    assert alone.indicators == whole.indicators[1:] and alone.funds == whole.funds
    apart = [explain_indicator(year, out, None, out, one.id) for one in year.indicators.indicators]
    assert [d["indicator"] for d in deviations] == ["count", "in_time"]
    assert json.dumps([d for one in apart for d in one["deviations"]]) == json.dumps(deviations)
    assert [c for one in apart for c in one["comparisons"]] == comparisons
