"""What was fitted: predictor, parameters, convergence."""
