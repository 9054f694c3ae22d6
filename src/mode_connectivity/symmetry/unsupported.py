"""Defines the error that is raised where a symmetry cannot be derived for certain."""


class UnsupportedModule(ValueError):
    """Reports an operation that cannot be followed; the message names it and the module it stands in."""
