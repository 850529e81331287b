"""Guards of data of every kind, names, limits, secrets, the page."""

from __future__ import annotations

from benchmarks.guarantees.guard import Guard

_LIMITS = "src/mlflow_pitfalls/sinks/limits.py"

GUARDS: tuple[Guard, ...] = (
    Guard(
        fault=20,
        promise="a hundred thousand columns: the first 300 are profiled, and a note says so",
        file="src/mlflow_pitfalls/capture/profile/build.py",
        standing="    width = min(sample.frame.shape[1], MAX_PROFILED_COLUMNS)\n",
        removed="    width = sample.frame.shape[1]\n",
        tests=("tests/capture/test_profile.py::test_wide_tables_are_profiled_in_part",),
    ),
    Guard(
        fault=33,
        promise="a tag, a key or a number of tags over MLflow's limits is cut before it is sent",
        file=_LIMITS,
        standing="    return clean if len(clean) <= limit else clean[: limit - 1] + ELLIPSIS\n",
        removed="    return clean\n",
        tests=("tests/sinks/test_limits.py::test_a_long_tag_ends_in_an_ellipsis",),
    ),
    Guard(
        fault=33,
        promise="what MLflow would not take is left out: surplus tags, infinite metrics",
        file=_LIMITS,
        standing="tags=tags[:MAX_TAGS], metrics=metrics[:MAX_METRICS], artifacts=artifacts",
        removed="tags=tags, metrics=metrics, artifacts=artifacts",
        tests=("tests/sinks/test_limits.py::test_surplus_duplicates_and_foreign_names_are_left_out",),
    ),
    Guard(
        fault=34,
        promise="where MLflow is told not to shorten values, ours are short already",
        file=_LIMITS,
        standing="    return Tag(key=key, value=fit_text(tag.value)) if key else None\n",
        removed="    return Tag(key=key, value=tag.value) if key else None\n",
        tests=("tests/sinks/test_mlflow_sink.py::test_values_over_the_limits_are_cut_to_fit_without_a_word[false]",),
    ),
    Guard(
        fault=36,
        promise="markup in names stays text on the page",
        file="src/mlflow_pitfalls/reporting/html.py",
        standing="        autoescape=True,\n",
        removed="        autoescape=False,\n",
        tests=("tests/reporting/test_html.py::test_hostile_names_stay_text",),
    ),
    Guard(
        fault=37,
        promise="an exception's text, which may quote rows, is not logged",
        file="src/mlflow_pitfalls/errors.py",
        standing="            type(error).__name__,\n",
        removed="            repr(error),\n",
        tests=("tests/test_errors.py::test_what_we_raise_is_swallowed_and_told_without_its_text",),
    ),
    Guard(
        fault=37,
        promise="a category or label is written only where at least 20 rows share it",
        file="src/mlflow_pitfalls/capture/profile/labels.py",
        standing="MINIMUM_ROWS_PER_VALUE = 20\n",
        removed="MINIMUM_ROWS_PER_VALUE = 1\n",
        tests=("tests/capture/test_profile.py::test_rare_values_stay_inside_the_process",),
    ),
    Guard(
        fault=38,
        promise="no name of the user's becomes a path: artifacts are named by our own slugs",
        file=_LIMITS,
        standing="for file in items.artifacts if is_artifact_path(file.path))",
        removed="for file in items.artifacts)",
        tests=("tests/sinks/test_limits.py::test_surplus_duplicates_and_foreign_names_are_left_out",),
    ),
    Guard(
        fault=50,
        promise="the page can be read and nothing else",
        file="src/mlflow_pitfalls/pages/routes.py",
        standing='METHODS = ("GET",)  # Flask answers HEAD with it\n',
        removed='METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")\n',
        tests=("tests/pages/test_routes.py::test_nothing_but_reading",),
    ),
)
