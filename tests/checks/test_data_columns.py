from __future__ import annotations

from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.profile import Association, ColumnKind
from mlflow_pitfalls.model.values import Severity


def with_columns(make, *columns, **changes):
    return make.record(train=make.profile(*columns, **changes))


def test_missing_values_are_graded_by_their_share(judge, make):
    for missing, severity in ((51, Severity.LOW), (301, Severity.MEDIUM), (1000, Severity.HIGH)):
        verdict = judge("missing-values", with_columns(make, make.column("cabin", missing=missing)))
        assert verdict.status is Status.FLAGGED
        assert verdict.severity is severity
        assert "'cabin'" in verdict.message


def test_few_missing_values_pass(judge, make):
    assert judge("missing-values", with_columns(make, make.column(missing=50))).status is Status.PASSED


def test_informative_gaps_are_medium_whatever_their_share(judge, make):
    def gaps(p_value: float, effect: float):
        tell = Association(method="cramers_v", effect=effect, p_value=p_value, rows=1000)
        return judge("missing-values", with_columns(make, make.column(missing=20, missing_association=tell)))

    assert gaps(1e-6, 0.2).severity is Severity.MEDIUM
    assert gaps(1e-6, 0.05).status is Status.PASSED
    assert gaps(0.002, 0.2).status is Status.PASSED


def test_informative_gaps_are_corrected_for_the_number_of_columns(judge, make):
    def column(index: int, p_value: float):
        tell = Association(method="cramers_v", effect=0.2, p_value=p_value, rows=1000)
        return make.column(f"c{index}", missing=20, missing_association=tell)

    alone = with_columns(make, column(0, 5e-4))
    among_many = with_columns(make, column(0, 5e-4), *(column(i, 0.9) for i in range(1, 50)))
    assert judge("missing-values", alone).status is Status.FLAGGED
    assert judge("missing-values", among_many).status is Status.PASSED


def test_the_worst_column_comes_first_and_the_number_is_bounded(judge, make):
    columns = [make.column(f"c{i}", missing=100 + i) for i in range(60)]
    verdict = judge("missing-values", with_columns(make, *columns))
    assert verdict.evidence.subjects[0].name == "c59"
    assert len(verdict.evidence.subjects) == 20
    assert "59 other columns" in verdict.message


def test_no_profile_is_not_applicable(judge, make):
    for name in ("missing-values", "constant-feature", "id-like-feature"):
        assert judge(name, make.record(train=None)).status is Status.NOT_APPLICABLE


def test_thresholds_of_the_user_count(judge, make):
    record = with_columns(make, make.column(missing=100))
    assert judge("missing-values", record, low=0.2).status is Status.PASSED


def test_a_constant_column_is_flagged(judge, make):
    constant = make.column("veil", ColumnKind.CATEGORICAL, distinct=1, top_count=1000, minimum=None, maximum=None)
    verdict = judge("constant-feature", with_columns(make, constant, make.column()))
    assert verdict.status is Status.FLAGGED
    assert "'veil'" in verdict.message


def test_nearly_constant_counts_from_a_thousandth_on(judge, make):
    for other, status in ((1, Status.FLAGGED), (2, Status.PASSED)):
        column = make.column(distinct=2, top_count=1000 - other)
        assert judge("constant-feature", with_columns(make, column)).status is status


def test_constant_columns_need_rows(judge, make):
    column = make.column(rows=40, sampled_rows=40, distinct=1, top_count=40)
    assert judge("constant-feature", with_columns(make, column, rows=40)).status is Status.PASSED


def test_an_empty_column_is_left_to_missing_values(judge, make):
    column = make.column(missing=1000, distinct=0, top_count=None, minimum=None, maximum=None)
    assert judge("constant-feature", with_columns(make, column)).status is Status.PASSED


def test_a_value_and_gaps_are_not_constant(judge, make):
    column = make.column(missing=300, distinct=1, top_count=700, minimum=1.0, maximum=1.0)
    assert judge("constant-feature", with_columns(make, column)).status is Status.PASSED


def test_a_column_constant_in_the_sample_only_is_not_constant(judge, make):
    column = make.column(rows=100_000, distinct=1, top_count=1000, minimum=0.0, maximum=1.0)
    assert judge("constant-feature", with_columns(make, column, rows=100_000)).status is Status.PASSED


def test_rare_entries_of_sparse_matrices_are_not_constant(judge, make):
    column = make.column(distinct=2, top_count=1000)
    sparse = with_columns(make, column, container="scipy.sparse.csr_matrix")
    assert judge("constant-feature", sparse).status is Status.PASSED
    assert judge("constant-feature", with_columns(make, column)).status is Status.FLAGGED
