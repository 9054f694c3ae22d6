"""Runs the stages of dvc.yaml side by side, by an existing scheduler."""
