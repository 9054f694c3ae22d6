"""Holds the stages of dvc.yaml, one thin module each."""
