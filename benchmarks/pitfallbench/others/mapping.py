"""Which of their checks says what one of ours does. Generous: whatever would send a user the right way counts."""

from __future__ import annotations

SKORE: dict[str, tuple[str, ...]] = {
    "SKD001": ("overfit", "oversampling-overfit"),
    "SKD002": ("underfit", "no-lift"),
    "SKD003": ("unstable-score",),
    "SKD004": ("class-imbalance", "accuracy-paradox", "too-few-minority"),
    "SKD005": ("class-imbalance", "too-few-minority"),
    "SKD006": ("unscaled-features",),
    "SKD007": ("high-cardinality-feature",),
    "SKD008": ("collinear-features",),
    "SKD009": ("underfit",),
    "SKD010": ("slow-training", "superlinear-fit"),
    "SKD011": ("simple-rule-suffices", "target-leakage"),
    "SKD012": ("useless-features", "constant-feature"),
    "SKD013": ("shuffled-time",),
    "SKD014": ("tuned-on-edge",),
    "SKD015": ("untuned-defaults",),
    "SKD016": ("untuned-defaults",),
}
DEEPCHECKS: dict[str, tuple[str, ...]] = {
    "BoostingOverfit": ("no-early-stopping", "overfit"),
    "CalibrationScore": ("miscalibrated",),
    "ClassImbalance": ("class-imbalance", "accuracy-paradox", "too-few-minority"),
    "ConflictingLabels": ("conflicting-labels",),
    "DataDuplicates": ("duplicate-rows",),
    "DatasetsSizeComparison": ("test-set-too-small",),
    "DateTrainTestLeakageDuplicates": ("shuffled-time",),
    "DateTrainTestLeakageOverlap": ("shuffled-time",),
    "FeatureDrift": ("train-test-drift",),
    "FeatureFeatureCorrelation": ("collinear-features",),
    "FeatureLabelCorrelation": ("target-leakage", "simple-rule-suffices"),
    "FeatureLabelCorrelationChange": ("target-leakage", "simple-rule-suffices"),
    "IdentifierLabelCorrelation": ("id-like-feature",),
    "IndexTrainTestLeakage": ("train-test-overlap",),
    "IsSingleValue": ("constant-feature",),
    "LabelDrift": ("train-test-drift", "unstratified-split", "resampled-test-set"),
    "MixedDataTypes": ("mixed-types",),
    "MixedNulls": ("disguised-missing",),
    "ModelInferenceTime": ("slow-training",),
    "MultivariateDrift": ("train-test-drift",),
    "NewLabelTrainTest": ("class-missing-in-split",),
    "PercentOfNulls": ("missing-values",),
    "PredictionDrift": ("train-test-drift",),
    "SimpleModelComparison": ("no-lift", "underfit"),
    "SpecialCharacters": ("disguised-missing",),
    "StringMismatch": ("disguised-missing",),
    "TrainTestPerformance": ("overfit", "oversampling-overfit"),
    "TrainTestSamplesMix": ("train-test-overlap", "resample-before-split"),
    "UnusedFeatures": ("useless-features",),
    "WeakSegmentsPerformance": ("weak-segment",),
}
BY_TOOL: dict[str, dict[str, tuple[str, ...]]] = {"skore": SKORE, "deepchecks": DEEPCHECKS}
SERIOUS: dict[str, tuple[str, ...]] = {
    "ours": ("F:medium", "F:high"),
    "skore": ("F:issue",),
    "deepchecks": ("F:fail",),
}


def as_ours(tool: str, said: dict[str, str], *, serious: bool = False) -> set[str]:
    """The checks of ours that the tool's raised ones stand for; those of its more serious levels where ``serious``."""
    raised = [check for check, word in said.items() if word.startswith("F:")]
    if serious:
        raised = [check for check in raised if said[check] in SERIOUS[tool]]
    mapping = BY_TOOL.get(tool)
    if mapping is None:
        return set(raised)
    return {name for check in raised for name in mapping.get(check, (f"{tool}:{check}",))}
