"""Log items to MLflow, or to a local spool when the server cannot be reached; the only caller of its writing API."""
