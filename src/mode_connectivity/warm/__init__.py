"""Processes that have imported what is slow to import, and fork one ready process for each that is asked for."""
