"""The only code that touches the insides of scikit-learn, imbalanced-learn and MLflow; all of it is reversible."""
