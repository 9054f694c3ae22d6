"""Writes whole files, stores checkpoints, sets precision and seeds named generators."""
