"""What can be tuned: search spaces of live estimators, put into the order that a run's flags ask for."""
