"""Keeps processes that have imported what is slow to import, and forks a ready one for whoever asks."""
