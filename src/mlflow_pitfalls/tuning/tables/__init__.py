"""What is known about estimators' hyperparameters: ranges, order, and what each one helps against. Data only."""
