"""Curves as most public code trains and scores them: a second class for each layer, PIL images, a data loader."""
