"""Computes the results of the stages of the mechanisms study."""
