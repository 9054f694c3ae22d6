"""Turns a training section of the params into a recipe."""

from dataclasses import fields, replace

from mode_connectivity.params.paths import Curve
from mode_connectivity.params.training import Training
from mode_connectivity.training import Recipe

KEYS = tuple(field.name for field in fields(Recipe) if field.name in Training.model_fields)


def recipe_of(section: Training) -> Recipe:
    """Return how `section` trains; a curve without regularisation has no weight decay."""
    recipe = Recipe(**{key: getattr(section, key) for key in KEYS})
    plain = isinstance(section, Curve) and section.regularisation == "noreg"
    return replace(recipe, weight_decay=0.0) if plain else recipe
