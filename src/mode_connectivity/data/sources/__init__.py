"""Reads images, one file a source."""
