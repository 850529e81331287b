"""What MLflow itself loads by entry point. Thin: each module calls mlflow_pitfalls and holds no logic."""
