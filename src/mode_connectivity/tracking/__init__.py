"""Logs runs to MLflow, which no other package imports."""
