"""Trains and scores curves as most public code does: a second class for each layer, PIL images, a data loader."""
