"""The page ``/pitfalls`` on MLflow's server: a static shell and its files. All data comes to the browser from MLflow.

The server side of ours reads no store, so what a user sees is what MLflow's own REST API lets them read.
"""
