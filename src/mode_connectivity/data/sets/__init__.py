"""Defines images and labels, draws cues and probe sets, and makes the batches that reach a network."""

from mode_connectivity.data.sets.batches import Augmentation, Scaling, ScoringBatches, TrainingBatches
from mode_connectivity.data.sets.cue_data import CueData
from mode_connectivity.data.sets.cues import add_box_cue
from mode_connectivity.data.sets.images import Dataset, DatasetError, Images
from mode_connectivity.data.sets.loaders import Batches, OnDevice, examples, inputs_and_targets, on_device
from mode_connectivity.data.sets.probe_sets import PROBE_SETS, probe_sets

__all__ = [
    "PROBE_SETS",
    "Augmentation",
    "Batches",
    "CueData",
    "Dataset",
    "DatasetError",
    "Images",
    "OnDevice",
    "Scaling",
    "ScoringBatches",
    "TrainingBatches",
    "add_box_cue",
    "examples",
    "inputs_and_targets",
    "on_device",
    "probe_sets",
]
