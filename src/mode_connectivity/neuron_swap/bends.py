"""Makes the bends from which a path is trained."""

from mode_connectivity.foundations.randomness import named_generator
from mode_connectivity.params.sections import Curve
from mode_connectivity.paths import State, biased_bends, linear_bends, perturbed_bends, sphere_bends


def starting_bends(curve: Curve, start: State, end: State, seed: int) -> list[State]:
    """Return the bends before training; noise is drawn for the seed alone, so that variants share it."""
    if curve.start == "biased":
        return biased_bends(start, end, curve.alpha, curve.bends)
    if curve.start == "perturbed":
        return perturbed_bends(start, end, curve.noise, named_generator(seed, "curve start"), curve.bends)
    if curve.start == "sphere":
        return sphere_bends(start, end, curve.radius, curve.bends)
    return linear_bends(start, end, curve.bends)
