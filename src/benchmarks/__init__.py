"""The product against a straightforward implementation of the same work, side by side on one machine.

It stands beside the product, which never imports it. `make bench` runs it.
"""
