"""Every check there is, in the order of the groups."""

from __future__ import annotations

from collections.abc import Mapping

from mlflow_pitfalls.checks.accelerator import idle_accelerator
from mlflow_pitfalls.checks.accuracy import overfit
from mlflow_pitfalls.checks.accuracy_paradox import accuracy_paradox
from mlflow_pitfalls.checks.base import Check
from mlflow_pitfalls.checks.baselines import no_baseline_run
from mlflow_pitfalls.checks.below_benchmark import below_benchmark
from mlflow_pitfalls.checks.calibration import miscalibrated
from mlflow_pitfalls.checks.cardinality import high_cardinality_feature
from mlflow_pitfalls.checks.collinear import collinear_features
from mlflow_pitfalls.checks.column_types import infinite_or_huge, mixed_types
from mlflow_pitfalls.checks.conflicts import conflicting_labels
from mlflow_pitfalls.checks.data_columns import constant_feature, missing_values
from mlflow_pitfalls.checks.data_regression import data_drift, schema_change, target_drift
from mlflow_pitfalls.checks.data_rows import duplicate_rows, train_test_overlap
from mlflow_pitfalls.checks.drift import train_test_drift
from mlflow_pitfalls.checks.evaluation import no_held_out_score, test_set_too_small
from mlflow_pitfalls.checks.folds import unstable_score
from mlflow_pitfalls.checks.hardware import idle_cores
from mlflow_pitfalls.checks.identifiers import id_like_feature
from mlflow_pitfalls.checks.imbalance import class_imbalance
from mlflow_pitfalls.checks.label_noise import label_noise
from mlflow_pitfalls.checks.leakage import target_leakage
from mlflow_pitfalls.checks.learning import diminishing_rows, more_data_helps
from mlflow_pitfalls.checks.linear_model import linear_suffices
from mlflow_pitfalls.checks.new_flags import new_flag
from mlflow_pitfalls.checks.one_rule import simple_rule_suffices
from mlflow_pitfalls.checks.order import group_leakage, shuffled_time
from mlflow_pitfalls.checks.oversampling import oversampling_overfit
from mlflow_pitfalls.checks.preprocessing import preprocess_before_split
from mlflow_pitfalls.checks.rare_classes import too_few_minority
from mlflow_pitfalls.checks.resampling import resample_before_split, resampled_test_set
from mlflow_pitfalls.checks.reuse import test_set_reuse
from mlflow_pitfalls.checks.rounds import no_early_stopping
from mlflow_pitfalls.checks.scaling import unscaled_features
from mlflow_pitfalls.checks.score_regression import gap_regression, score_regression
from mlflow_pitfalls.checks.searches import grid_too_large, tuned_on_edge
from mlflow_pitfalls.checks.sentinels import disguised_missing
from mlflow_pitfalls.checks.silent_classes import class_never_predicted
from mlflow_pitfalls.checks.skewed_target import skewed_target
from mlflow_pitfalls.checks.split_classes import class_missing_in_split
from mlflow_pitfalls.checks.split_shares import unstratified_split
from mlflow_pitfalls.checks.target_type import target_type_mismatch
from mlflow_pitfalls.checks.time_history import time_regression
from mlflow_pitfalls.checks.too_good import too_good_to_be_true
from mlflow_pitfalls.checks.tool_choice import no_lift
from mlflow_pitfalls.checks.training_cost import superlinear_fit
from mlflow_pitfalls.checks.training_time import not_converged, slow_training
from mlflow_pitfalls.checks.tuning import single_model_family, untuned_defaults
from mlflow_pitfalls.checks.underfit import underfit
from mlflow_pitfalls.checks.useless import useless_features
from mlflow_pitfalls.checks.weak_segments import weak_segment
from mlflow_pitfalls.errors import SettingsError
from mlflow_pitfalls.model.outcomes import Group
from mlflow_pitfalls.settings import nearest

ALL_CHECKS: tuple[Check, ...] = (
    no_lift,
    target_type_mismatch,
    simple_rule_suffices,
    linear_suffices,
    too_good_to_be_true,
    no_baseline_run,
    single_model_family,
    missing_values,
    disguised_missing,
    duplicate_rows,
    conflicting_labels,
    train_test_overlap,
    constant_feature,
    id_like_feature,
    high_cardinality_feature,
    mixed_types,
    infinite_or_huge,
    target_leakage,
    preprocess_before_split,
    shuffled_time,
    group_leakage,
    train_test_drift,
    label_noise,
    class_imbalance,
    too_few_minority,
    accuracy_paradox,
    class_never_predicted,
    class_missing_in_split,
    unstratified_split,
    resample_before_split,
    resampled_test_set,
    oversampling_overfit,
    skewed_target,
    slow_training,
    time_regression,
    diminishing_rows,
    superlinear_fit,
    idle_cores,
    idle_accelerator,
    no_early_stopping,
    not_converged,
    grid_too_large,
    overfit,
    underfit,
    no_held_out_score,
    test_set_too_small,
    unstable_score,
    more_data_helps,
    useless_features,
    collinear_features,
    unscaled_features,
    untuned_defaults,
    tuned_on_edge,
    below_benchmark,
    weak_segment,
    miscalibrated,
    test_set_reuse,
    score_regression,
    gap_regression,
    data_drift,
    target_drift,
    schema_change,
    new_flag,
)


def by_name(name: str) -> Check:
    """The check of this name.

    Raises:
        SettingsError: There is none; the message names the nearest one.
    """
    for check in ALL_CHECKS:
        if check.name == name:
            return check
    known = tuple(check.name for check in ALL_CHECKS)
    raise SettingsError(f"unknown check {name!r}{nearest(name, known) or '.'} Checks: {', '.join(known)}.")


def ignorable() -> tuple[str, ...]:
    """Every name that may be ignored: the checks, and groups such as ``PF3``."""
    return (*(check.name for check in ALL_CHECKS), *(group.value for group in Group))


def unknown_thresholds(thresholds: Mapping[str, float]) -> tuple[str, ...]:
    """A hint for each key that is no ``check.threshold``; empty where all are known."""
    known = tuple(f"{check.name}.{name}" for check in ALL_CHECKS for name in check.thresholds)
    return tuple(f"unknown threshold {key!r}{nearest(key, known)}" for key in thresholds if key not in known)
