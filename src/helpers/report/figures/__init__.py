"""The charts of the report, each a function of the results that returns ``Figure`` blocks.

A chart with nothing to draw returns no block; one that would not fit a page returns several.
"""

from helpers.report.figures.activity_charts import activity_months_chart
from helpers.report.figures.cause_chart import cause_pareto_chart
from helpers.report.figures.monthly_control import control_figure
from helpers.report.figures.series import monthly_chart, trend_chart, years_chart
from helpers.report.figures.time_in_states import states_figure

__all__ = [
    "activity_months_chart",
    "cause_pareto_chart",
    "control_figure",
    "monthly_chart",
    "states_figure",
    "trend_chart",
    "years_chart",
]
