"""deepchecks' full suite at its defaults on one case. Runs in deepchecks' environment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.pitfallbench.others.answering import answer_all
from benchmarks.pitfallbench.others.files import read


def judge(path: Path) -> dict[str, Any]:
    """``said``: check -> ``F:fail`` or ``F:warn`` for its worst condition, else ``p``."""
    from deepchecks.tabular import Dataset
    from deepchecks.tabular.suites import full_suite

    X_train, X_test, y_train, y_test, model = read(path)
    fitted = model.build(X_train).fit(X_train, y_train)
    text = [name for name in X_train if not pd.api.types.is_numeric_dtype(X_train[name])]
    dates = [name for name in X_train if pd.api.types.is_datetime64_any_dtype(X_train[name])]
    options: dict[str, Any] = {"cat_features": [name for name in text if name not in dates]}
    if dates:
        options["datetime_name"] = dates[0]
    options["label_type"] = "regression" if model.task == "numbers" else None
    train, test = (Dataset(X, label=y, **options) for X, y in ((X_train, y_train), (X_test, y_test)))
    result = full_suite().run(train, test, fitted)
    said: dict[str, str] = {}
    crashed = [str(failure.exception)[:80] for failure in result.get_not_ran_checks()]
    for check in result.get_passed_checks():
        said.setdefault(type(check.check).__name__, "p")
    for check in result.get_not_passed_checks():
        worst = {found.category.name for found in check.conditions_results}
        name = type(check.check).__name__
        if "FAIL" in worst or said.get(name) == "F:fail":
            said[name] = "F:fail"
        elif "WARN" in worst:
            said[name] = "F:warn"
    return {"said": said, "not_run": len(crashed)}


if __name__ == "__main__":
    answer_all(judge)
