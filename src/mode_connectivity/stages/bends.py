"""What params ask of the bends of a path: where they start and how they are trained."""

from dataclasses import fields, replace

from mode_connectivity.params.sections import Curve
from mode_connectivity.paths import State, biased_bends, linear_bends, perturbed_bends, sphere_bends
from mode_connectivity.randomness import named_generator
from mode_connectivity.training import Recipe


def recipe_of(curve: Curve) -> Recipe:
    """How the bends are trained; without regularisation there is no weight decay."""
    asked = Recipe(**{field.name: getattr(curve, field.name) for field in fields(Recipe)})
    return asked if curve.regularisation == "reg" else replace(asked, weight_decay=0.0)


def starting_bends(curve: Curve, start: State, end: State, seed: int) -> list[State]:
    """The bends before training; noise is drawn for the seed alone, so that variants share it."""
    if curve.start == "biased":
        return biased_bends(start, end, curve.alpha, curve.bends)
    if curve.start == "perturbed":
        return perturbed_bends(start, end, curve.noise, named_generator(seed, "curve start"), curve.bends)
    if curve.start == "sphere":
        return sphere_bends(start, end, curve.radius, curve.bends)
    return linear_bends(start, end, curve.bends)
