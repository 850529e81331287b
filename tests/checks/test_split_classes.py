from __future__ import annotations

from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.profile import ClassCount, TargetProfile
from mlflow_pitfalls.model.record import ResamplingFacts
from mlflow_pitfalls.model.values import Role, Severity, Task


def target(**counts: int) -> TargetProfile:
    classes = tuple(ClassCount(label=label, count=count) for label, count in counts.items())
    return TargetProfile(
        name="y", task=Task.MULTICLASS, rows=sum(counts.values()), distinct=len(counts), classes=classes
    )


def sided(make, train: TargetProfile, held_out: TargetProfile, rows: int | None = None, **changes):
    return make.record(
        train=make.profile(rows=train.rows, target=train),
        held_out=make.profile(role=Role.HELD_OUT, rows=rows or held_out.rows, target=held_out),
        **changes,
    )


def test_a_sorted_split_leaves_a_class_out(judge, make):
    verdict = judge("class-missing-in-split", sided(make, target(a=50, b=50), target(c=50, b=1)))
    assert (verdict.status, verdict.severity) == (Status.FLAGGED, Severity.HIGH)
    assert "'c' (50 held-out rows) not in training: never predicted" in verdict.message
    assert "'a' (50 training rows) not among the held-out rows" in verdict.message
    assert verdict.evidence.value == 2


def test_a_rare_class_that_chance_left_out_is_milder(judge, make):
    verdict = judge("class-missing-in-split", sided(make, target(a=90, b=3), target(a=30)))
    assert (verdict.status, verdict.severity) == (Status.FLAGGED, Severity.MEDIUM)
    assert "a random split may do that" in verdict.message


def test_classes_on_both_sides_pass(judge, make):
    assert judge("class-missing-in-split", sided(make, target(a=90, b=3), target(a=30, b=1))).status is Status.PASSED


def test_a_class_that_only_the_sample_lacks_passes(judge, make):
    train = target(a=90_000, b=30)
    assert judge("class-missing-in-split", sided(make, train, target(a=5000), rows=30_000)).status is Status.PASSED
    assert judge("class-missing-in-split", sided(make, train, target(a=5000))).status is Status.FLAGGED
    many = judge("class-missing-in-split", sided(make, target(a=90_000, b=9_000), target(a=5000), rows=30_000))
    assert many.severity is Severity.HIGH


def test_chance_is_not_told_from_resampled_counts(judge, make):
    sampler = ResamplingFacts(
        sampler="SMOTE", rows_before=93, rows_after=1000, before_split=False, held_out_resampled=False
    )
    record = sided(make, target(a=500, b=500), target(a=30), resamplings=(sampler,))
    assert judge("class-missing-in-split", record).severity is Severity.MEDIUM


def test_no_classes_or_another_encoding_is_not_applicable(judge, make):
    assert judge("class-missing-in-split", make.record(task=Task.REGRESSION)).status is Status.NOT_APPLICABLE
    other = sided(make, target(yes=50, no=50), target(**{"0": 20, "1": 20}))
    assert judge("class-missing-in-split", other).status is Status.NOT_APPLICABLE
    assert judge("class-missing-in-split", make.record(held_out=None)).status is Status.NOT_APPLICABLE
