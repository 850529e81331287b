"""What ``mlflow.models.evaluate`` hands to an evaluator, judged."""
