"""Runs the stages of dvc.yaml as Slurm jobs, each in a tree of its own, and brings their results back."""
