"""A data set on disk whose tensors or labels do not fit is refused before anything is trained on it."""

from typing import Any

import pytest
import torch
from torch import Tensor

from mode_connectivity.data.sets.images import Dataset, DatasetError

WHOLE = {
    "train_pixels": torch.zeros(4, 3, 8, 8, dtype=torch.uint8),
    "train_labels": torch.tensor([0, 1, 0, 1]),
    "test_pixels": torch.zeros(2, 3, 8, 8, dtype=torch.uint8),
    "test_labels": torch.tensor([0, 1]),
}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"train_pixels": WHOLE["train_pixels"].float()}, "pixels are torch.float32"),
        ({"test_pixels": WHOLE["test_pixels"][:, :1]}, "pixels are torch.uint8"),
        ({"train_labels": WHOLE["train_labels"].double()}, "labels are torch.float64"),
        ({"train_labels": WHOLE["train_labels"][:3]}, "labels are torch.int64"),
        ({"test_labels": torch.tensor([0, 2])}, "labels run outside the 2 classes"),
        ({"test_labels": torch.tensor([-1, 0])}, "labels run outside the 2 classes"),
    ],
)
def test_what_does_not_fit_is_said(changes: dict[str, Tensor], message: str) -> None:
    Dataset.from_tensors(WHOLE, {"classes": ["ant", "bee"]})
    with pytest.raises(DatasetError, match=message):
        Dataset.from_tensors(WHOLE | changes, {"classes": ["ant", "bee"]})


def test_classes_are_names() -> None:
    metadata: dict[str, Any] = {"classes": 7}
    with pytest.raises(TypeError):
        Dataset.from_tensors(WHOLE, metadata)
