"""Figures from records; they never see a model."""
