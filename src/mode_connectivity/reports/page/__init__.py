"""Shows all results of a study on one self-contained page."""
