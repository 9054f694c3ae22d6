"""Images and labels: where they come from, and how they reach a network."""

from mode_connectivity.datasets.batches import Augmentation, Scaling, TrainingBatches, scoring_batches
from mode_connectivity.datasets.box_cue import add_box_cue
from mode_connectivity.datasets.cue_data import CueData
from mode_connectivity.datasets.images import Dataset, DatasetError, Images
from mode_connectivity.datasets.probe_sets import PROBE_SETS, probe_sets

__all__ = [
    "PROBE_SETS",
    "Augmentation",
    "CueData",
    "Dataset",
    "DatasetError",
    "Images",
    "Scaling",
    "TrainingBatches",
    "add_box_cue",
    "probe_sets",
    "scoring_batches",
]
