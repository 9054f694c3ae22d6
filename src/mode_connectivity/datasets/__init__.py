"""Images and labels: where they come from, and how they reach a network."""

from mode_connectivity.datasets.batches import Augmentation, Scaling, TrainingBatches, scoring_batches
from mode_connectivity.datasets.images import Dataset, DatasetError, Images

__all__ = ["Augmentation", "Dataset", "DatasetError", "Images", "Scaling", "TrainingBatches", "scoring_batches"]
