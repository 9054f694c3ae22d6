"""Paths of low loss between networks: where they lead in the weights and what they change in the function."""

from importlib import import_module

PLACES = {
    "Bezier": "paths",
    "Linear": "paths",
    "Polygon": "paths",
    "Symmetry": "symmetry",
    "UnsupportedModule": "symmetry",
    "adopt": "models",
    "animate": "plots",
    "barrier": "measures",
    "build": "models",
    "fit": "paths",
    "layer_distances": "measures",
    "match_activations": "symmetry",
    "match_weights": "symmetry",
    "ratio_interval": "statistics",
    "sweep": "measures",
}  # name -> its room, imported when the name is first used; `__init__.pyi` tells the types
__all__ = list(PLACES)


def __getattr__(name: str) -> object:
    if name not in PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"{__name__}.{PLACES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *PLACES})
