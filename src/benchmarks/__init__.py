"""Compares the product with a straightforward implementation of the same work, side by side on one machine.

`make bench` runs it; the product never imports it.
"""
