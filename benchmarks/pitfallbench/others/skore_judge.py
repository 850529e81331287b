"""skore's checks at their defaults on one case. Runs in skore's environment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.pitfallbench.others.answering import answer_all
from benchmarks.pitfallbench.others.files import read

FRAGILE = "SKD008"  # raises on a constant column, and takes the other checks down with it


def judge(path: Path) -> dict[str, Any]:
    """``said``: check -> ``F:issue`` or ``F:tip`` where it was raised, else its section."""
    from skore import EstimatorReport

    X_train, X_test, y_train, y_test, model = read(path)
    report = EstimatorReport(model.build(X_train), X_train=X_train, y_train=y_train, X_test=X_test, y_test=y_test)
    crashed = ""
    try:
        frame = report.checks.summarize().frame()
    except Exception as error:  # noqa: BLE001
        crashed = f"{type(error).__name__}: {error}"[:200]
        frame = report.checks.summarize(ignore=[FRAGILE]).frame()
    said = {
        row.code: f"F:{row.section}" if row.section in ("issue", "tip") else row.section for row in frame.itertuples()
    }
    return {"said": said, "crashed": crashed}


if __name__ == "__main__":
    answer_all(judge)
