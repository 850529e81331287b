"""Guards of data of every kind, names, limits, secrets, the page."""

from __future__ import annotations

from benchmarks.guarantees.guard import Guard

_HOSTILE = "tests/guarantees/test_hostile_data.py::test_what_went_wrong_before"
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
    Guard(
        fault=21,
        promise="labels that cannot be hashed or compared cost their own facts only, and no warning",
        file="src/mlflow_pitfalls/capture/statistics/metric_columns.py",
        standing="    except Exception:  # noqa: BLE001 - labels that cannot be hashed or compared\n",
        removed="    except ZeroDivisionError:\n",
        tests=(f"{_HOSTILE}[labels that raise]", f"{_HOSTILE}[labels without a hash]"),
    ),
    Guard(
        fault=21,
        promise="objects that are no numbers are not taken for numbers",
        file="src/mlflow_pitfalls/capture/statistics/metric_columns.py",
        standing="    except Exception:  # noqa: BLE001 - objects that are no numbers raise what they like\n",
        removed="    except ZeroDivisionError:\n",
        tests=(f"{_HOSTILE}[words as numbers]",),
    ),
    Guard(
        fault=22,
        promise="lazy data are not asked for a single attribute",
        file="src/mlflow_pitfalls/capture/lineage/objects.py",
        standing="        if found is not None or not content or family_of(data) is Family.UNSUPPORTED:\n",
        removed="        if found is not None or not content:\n",
        tests=(f"{_HOSTILE}[lazy table]", f"{_HOSTILE}[lazy target]"),
    ),
    Guard(
        fault=37,
        promise="texts among hyperparameters are told only where they name a choice: no address, path or key",
        file="src/mlflow_pitfalls/capture/estimators/parameters.py",
        standing="        return safe_text(value) if is_choice(value) else type_text(value)\n",
        removed="        return safe_text(value)\n",
        tests=("tests/capture/estimators/test_estimator.py::test_parameters_are_short_and_hold_no_data_and_no_secret",),
    ),
    Guard(
        fault=37,
        promise="what a search tried for a secret is not told",
        file="src/mlflow_pitfalls/capture/estimators/search.py",
        standing=" if not SECRET.search(name))\n",
        removed=")\n",
        tests=("tests/capture/estimators/test_search.py::test_what_was_tried_for_a_secret_is_not_told",),
    ),
    Guard(
        fault=37,
        promise="an error of MLflow's is passed on without the login that its address holds",
        file="src/mlflow_pitfalls/sinks/uris.py",
        standing='    return _CREDENTIALS.sub("//", str(text))\n',
        removed="    return str(text)\n",
        tests=("tests/guarantees/test_canaries.py::test_a_login_in_an_error_of_mlflows_is_not_passed_on",),
    ),
)
