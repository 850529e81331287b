"""What a data set looks like, in bounded numbers: exact counts and moments, the rest from a bounded sample."""

from mlflow_pitfalls.capture.profile.build import profile_dataset
from mlflow_pitfalls.capture.profile.duplicates import repeat_facts
from mlflow_pitfalls.capture.profile.labels import MINIMUM_ROWS_PER_VALUE, class_labels, label_text
from mlflow_pitfalls.capture.profile.target import profile_target

__all__ = [
    "MINIMUM_ROWS_PER_VALUE",
    "class_labels",
    "label_text",
    "profile_dataset",
    "profile_target",
    "repeat_facts",
]
