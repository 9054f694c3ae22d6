"""Runs stages: their errors, signals, and trainings that resume."""
