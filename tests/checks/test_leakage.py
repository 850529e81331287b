from __future__ import annotations

import pytest

from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.values import Estimate, Role


def judged(judge, make, *features, **changes):
    return judge("target-leakage", make.record(single_features=features, **changes))


def test_a_copy_is_flagged(judge, make):
    verdict = judged(judge, make, make.single("label", 1.0, 0.0, relation="copy", is_continuous=False, levels=2))
    assert verdict.status is Status.FLAGGED
    assert "a copy of the target" in verdict.message


def test_a_cut_measure_is_no_leak_and_one_with_a_gap_is(judge, make):
    cut = make.record(single_features=(make.single(skill=0.99, half=0.005, edge_density=0.76),))
    assert judge("target-leakage", cut).status is Status.INCONCLUSIVE
    gap = make.record(single_features=(make.single(skill=0.99, half=0.005, edge_density=0.74),))
    assert judge("target-leakage", gap).status is Status.FLAGGED


def test_near_certainty_of_a_measure_is_flagged(judge, make):
    assert judged(judge, make, make.single("price_usd", 0.99, 0.01)).status is Status.FLAGGED
    assert judged(judge, make, make.single("price_usd", 0.98, 0.01)).status is Status.INCONCLUSIVE


def test_an_invertible_column_must_predict(judge, make):
    assert judged(judge, make, make.single("log_y", 0.95, 0.02, relation="invertible")).status is Status.FLAGGED
    assert judged(judge, make, make.single("row", 0.1, 0.02, relation="invertible")).status is Status.PASSED


def test_a_derived_name_must_predict(judge, make):
    assert judged(judge, make, make.single("y_encoded", 0.85, 0.02, suspicious_name=True)).status is Status.FLAGGED
    assert judged(judge, make, make.single("y_encoded", 0.60, 0.02, suspicious_name=True)).status is Status.PASSED


def test_an_honest_rule_of_few_values_is_not_flagged(judge, make):
    # A mushroom's odour tells 98.5 % of the poisonous ones.
    odour = make.single("odor", 0.97, 0.01, is_continuous=False, levels=9)
    verdict = judged(judge, make, odour, scores=(make.score(train=1.0, held_out=1.0),))
    assert verdict.status is Status.INCONCLUSIVE
    assert "honest rule and a leak look alike" in verdict.message


def test_a_feature_far_below_the_model_is_no_suspect(judge, make):
    feature = make.single("size", 0.85, 0.01)
    assert judged(judge, make, feature, scores=(make.score(train=1.0, held_out=0.99),)).status is Status.PASSED


def test_too_few_rows_are_no_evidence(judge, make):
    few = make.single("price_usd", 1.0, 0.0, rows=20)
    assert judged(judge, make, few).status is Status.INCONCLUSIVE
    rare = make.profile(role=Role.HELD_OUT, target=make.target(996, 4))
    assert judged(judge, make, make.single("price_usd", 1.0, 0.0), held_out=rare).status is Status.INCONCLUSIVE


def test_no_interval_is_no_evidence(judge, make):
    bare = make.single("price_usd", skill=0.99)
    bare = type(bare)(**{**{n: getattr(bare, n) for n in bare.__slots__}, "skill": Estimate(value=0.99, rows=1000)})
    assert judged(judge, make, bare).status is Status.INCONCLUSIVE


@pytest.mark.parametrize("skill", [0.3, 0.78])
def test_ordinary_features_pass(skill, judge, make):
    assert judged(judge, make, make.single("size", skill)).status is Status.PASSED


def test_no_rules_are_not_applicable(judge, make):
    assert judged(judge, make).status is Status.NOT_APPLICABLE


def test_the_worst_of_several_leaks_comes_first(judge, make):
    verdict = judged(judge, make, make.single("a", 0.99, 0.005), make.single("b", 1.0, 0.0))
    assert [subject.name for subject in verdict.evidence.subjects] == ["b", "a"]
    assert "1 other column too" in verdict.message


def test_few_rows_suffice_where_both_sides_and_a_gap_show_it(judge, make):
    few = {"skill": 1.0, "half": 0.3, "pooled_skill": make.estimate(1.0, 0.2, 900), "rival_skill": 0.7}
    sides = {
        "train": make.profile(target=make.target(669, 31)),
        "held_out": make.profile(role=Role.HELD_OUT, target=make.target(191, 9)),
    }
    wide = judged(judge, make, make.single("settled", class_gap=1.0, **few), **sides)
    assert wide.status is Status.FLAGGED
    assert wide.evidence.value == 1.0
    assert wide.evidence.unit.startswith("standard deviations")
    assert judged(judge, make, make.single("settled", class_gap=0.99, **few), **sides).status is Status.INCONCLUSIVE
    two = make.single("petal", class_gap=1.3, **{**few, "rival_skill": 1.0})
    assert judged(judge, make, two, **sides).status is Status.INCONCLUSIVE


def test_a_perfect_column_of_few_positives_never_passes(judge, make):
    perfect = make.single("settled", 1.0, 0.5)
    verdict = judged(judge, make, perfect)
    assert verdict.status is Status.INCONCLUSIVE
    assert "too few rows" in verdict.message


def test_a_column_far_above_all_others_is_flagged_and_one_near_them_is_not(judge, make):
    lone = {"pooled_skill": make.estimate(0.96, 0.005), "edge_density": 0.3}
    assert judged(judge, make, make.single("fare", 0.96, 0.01, rival_skill=0.67, **lone)).status is Status.FLAGGED
    assert judged(judge, make, make.single("fare", 0.96, 0.01, rival_skill=0.69, **lone)).status is Status.INCONCLUSIVE
    cut = make.single("score", 0.96, 0.01, rival_skill=0.3, **{**lone, "edge_density": 0.9})
    assert judged(judge, make, cut).status is Status.INCONCLUSIVE


def test_several_near_certain_columns_mark_an_easy_task(judge, make):
    certain = {"skill": 0.99, "half": 0.005, "pooled_skill": make.estimate(0.99, 0.005)}
    assert judged(judge, make, make.single("V14", rival_skill=0.96, **certain)).status is Status.FLAGGED
    assert judged(judge, make, make.single("V14", rival_skill=0.98, **certain)).status is Status.INCONCLUSIVE


def test_training_rows_count_only_where_unseen_ones_agree(judge, make):
    encoded = make.single("shop", 0.3, 0.05, pooled_skill=make.estimate(0.99, 0.005), rival_skill=0.2)
    assert judged(judge, make, encoded).status is Status.PASSED
