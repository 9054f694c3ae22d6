"""Logs runs to MLflow, which no other room imports."""
