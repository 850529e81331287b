"""What is known about estimators' hyperparameters: ranges, order, and what each one helps against.

Checks propose values from these tables, and tuning searches them. They name classes of scikit-learn, imbalanced-learn,
XGBoost, LightGBM and CatBoost, and import none of them.
"""
