"""The tables that stand our checks beside other tools'."""

from __future__ import annotations

from benchmarks.pitfallbench.cases import all_cases
from benchmarks.pitfallbench.others.by_check import rows
from benchmarks.pitfallbench.others.run import _part


def line(injection: str, said: dict[str, str], true: tuple[str, ...] = ()) -> dict[str, object]:
    return {"injection": injection, "strength": 0, "said": said, "true": list(true)}


def test_checks_that_both_have_are_compared_on_the_same_cases():
    ours = {
        "a": line("memorising", {"overfit": "F:high"}),
        "b": line("memorising", {"overfit": "p"}),
        "c": line("clean", {"overfit": "F:medium"}),
        "d": line("clean", {"overfit": "F:medium"}, true=("overfit",)),
        "e": line("memorising", {"overfit": "p"}),
    }
    theirs = {case: line(own["injection"], {"SKD001": "F:issue"}) for case, own in ours.items()}
    changes = {"a": 0.2, "b": 0.2, "e": 0.0}  # the last one did no harm
    found = {row.check: row for row in rows("skore", theirs, ours, changes)}
    assert [(share.hits, share.of) for share in found["overfit"].found] == [(2, 2), (1, 2)]
    assert [(share.hits, share.of) for share in found["overfit"].serious] == [(1, 2), (1, 2)]
    assert "slow-training" not in found  # nothing of it came about


def test_cases_for_slow_tools_come_from_many_tables():
    cases = list(all_cases(seeds=20, tables=["iris", "wine", "digits", "breast_cancer"], only=["leak"]))
    chosen = _part(cases, 5)
    assert len({case.table for case in chosen}) > 2
    assert {len([case for case in chosen if case.position == place]) for place in range(5)} == {5}
    assert chosen == _part(cases, 5)
