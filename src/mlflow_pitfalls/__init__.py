"""One line in a training script, and every MLflow run tells its data, gap, time and pitfalls."""

__version__ = "0.1.0"
