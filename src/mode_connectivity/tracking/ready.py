"""Imports MLflow, for a process from which tracking processes are forked."""

from mode_connectivity.tracking import runs

runs.load()
