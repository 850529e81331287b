"""Play single cases and print what was said: ``python -m benchmarks.pitfallbench.show leak/0.3/wine_red/tree/1``."""

from __future__ import annotations

import argparse
import os
import warnings
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

from benchmarks.pitfallbench.cases import Case, plan_of
from benchmarks.pitfallbench.injections import ALL
from benchmarks.pitfallbench.judge import judge, watched
from benchmarks.pitfallbench.run import DATA_VARIABLE
from mlflow_pitfalls.model.outcomes import Status


def case_of(text: str) -> Case:
    """The case of an id.

    Raises:
        SystemExit: There is no such case.
    """
    injection, _, rest = text.partition("/")
    strength, table, model, seed = rest.rsplit("/", 3)
    for position, known in enumerate(ALL[injection].strengths if injection in ALL else ()):
        if str(known).replace(" ", "-") == strength:
            return Case(injection=injection, position=position, table=table, model=model, seed=int(seed))
    raise SystemExit(f"no such case: {text}")


def show(case: Case, data: Path | None) -> None:
    """Print the flags of one case, what the sought checks said, and how much the pitfall changed the score."""
    plan = plan_of(case, data)
    outcomes, _ = watched(plan, probes=case.spec.needs_probes)
    print(f"== {case.id}  (sought: {', '.join(case.spec.finds) or 'nothing'})")
    for outcome in outcomes.outcomes:
        if outcome.status in (Status.FLAGGED, Status.EXPLAINED) or outcome.check in case.spec.finds:
            word = f"{outcome.status.value} {outcome.severity.value}".replace(" none", "")
            print(f"   {word:18} {outcome.check}: {outcome.message}")
    line = judge(case, data)
    print(f"   change of the score {line.get('change')}; true of the rows: {', '.join(line['true']) or 'nothing'}")


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="+")
    parser.add_argument("--data", default=os.environ.get(DATA_VARIABLE))
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    for text in options.cases:
        show(case_of(text), Path(options.data).resolve() if options.data else None)


if __name__ == "__main__":
    main()
