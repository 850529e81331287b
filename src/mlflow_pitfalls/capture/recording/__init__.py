"""From the events of one MLflow run to its record."""
