"""A study's folds on Spark's executors."""
