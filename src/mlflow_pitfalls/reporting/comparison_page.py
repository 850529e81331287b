"""The comparison of runs as one self-contained page: no script, nothing remote."""

from __future__ import annotations

from collections.abc import Sequence

from mlflow_pitfalls.model.comparison import Comparison
from mlflow_pitfalls.reporting.comparison_text import run_title
from mlflow_pitfalls.reporting.comparison_views import comparison_view, overview
from mlflow_pitfalls.reporting.html import environment
from mlflow_pitfalls.version import __version__


def render_comparison(comparisons: Sequence[Comparison]) -> str:
    """The page.

    Args:
        comparisons: One or more, all of the same earlier run.

    Returns:
        HTML in which every name is text.

    Raises:
        ValueError: There is no comparison.
    """
    if not comparisons:
        raise ValueError("there is nothing to compare")
    names = [run_title(comparisons[0].before), *(run_title(comparison.after) for comparison in comparisons)]
    return (
        environment()
        .get_template("comparison.html.j2")
        .render(
            title=" → ".join(names),
            views=[comparison_view(comparison, number) for number, comparison in enumerate(comparisons, start=1)],
            overview=overview(comparisons),
            version=__version__,
        )
    )
