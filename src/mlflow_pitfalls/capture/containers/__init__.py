"""Tables and label vectors in any container: their names, shapes and columns, and bounded copies of their rows.

Nothing here changes the container, reads more rows than asked for, or iterates what can be iterated only once.
"""

from mlflow_pitfalls.capture.containers.rows import Sample, sample_positions, take_rows, take_sample
from mlflow_pitfalls.capture.containers.shapes import column_names, container_name, default_name, shape_of
from mlflow_pitfalls.capture.containers.vectors import as_vector

__all__ = [
    "Sample",
    "as_vector",
    "column_names",
    "container_name",
    "default_name",
    "sample_positions",
    "shape_of",
    "take_rows",
    "take_sample",
]
