"""Two records → what changed. Pure functions: no store, no estimator and no rows are needed."""
