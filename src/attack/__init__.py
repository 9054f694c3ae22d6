"""Attacks the project with inputs that nobody should give it, and with kills; run it with `make attack`."""
