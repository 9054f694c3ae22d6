"""The refusal that keeps a derived symmetry from ever being a guess."""


class UnsupportedModule(ValueError):
    """An operation that cannot be followed; the message names it and the module it stands in."""
