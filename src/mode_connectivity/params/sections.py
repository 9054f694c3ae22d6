"""Lists the sections of params.yaml, whose modules are named after their subjects."""

from mode_connectivity.params.data import Augmentation, Cue, Dataset, Source
from mode_connectivity.params.measures import Analysis, Evaluation, Locality, Metric
from mode_connectivity.params.paths import Curve, Plane, RegionRecipe, Reseed, Restricted, Swap
from mode_connectivity.params.section import Section, Template
from mode_connectivity.params.training import Compute, CueEndpoint, Endpoint, Mechanism, Model, Pattern, Training

__all__ = [
    "Analysis",
    "Augmentation",
    "Compute",
    "Cue",
    "CueEndpoint",
    "Curve",
    "Dataset",
    "Endpoint",
    "Evaluation",
    "Locality",
    "Mechanism",
    "Metric",
    "Model",
    "Pattern",
    "Plane",
    "RegionRecipe",
    "Reseed",
    "Restricted",
    "Section",
    "Source",
    "Swap",
    "Template",
    "Training",
]
