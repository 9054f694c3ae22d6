"""Computes the results of the stages."""
