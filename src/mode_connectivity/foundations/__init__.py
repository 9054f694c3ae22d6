"""Files that are whole or absent, checkpoints, precision and named randomness."""
