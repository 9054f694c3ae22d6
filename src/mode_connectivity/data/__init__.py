"""Gives images and labels: where they come from, data sets, cues, probe sets and batches."""
