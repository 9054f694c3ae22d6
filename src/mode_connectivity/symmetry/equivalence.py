"""Compares two networks: whether they are one function, as far as images can tell."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from mode_connectivity.models import modes_kept
from mode_connectivity.training.objective import output_of

TOLERANCE = 1e-9


@dataclass(frozen=True)
class Equivalence:
    """Holds over all images the largest logit difference, the same over the largest logit, and changed predictions."""

    images: int
    max_difference: float
    relative_difference: float
    changed_predictions: int

    @property
    def holds(self) -> bool:
        return self.relative_difference <= TOLERANCE and self.changed_predictions == 0


@torch.inference_mode()
def compare(
    model: nn.Module, first: Mapping[str, Tensor], second: Mapping[str, Tensor], batches: Iterable[Tensor]
) -> Equivalence:
    """Compare the logits of two state dicts in eval mode and float64, on float64 batches of images (N, ...).

    Two networks that differ by a permutation of units sum the same terms in another order, so in float64 they agree
    to about 1e-13; in float32 rounding alone can change a prediction.
    """
    states = [{name: _double(tensor) for name, tensor in state.items()} for state in (first, second)]
    images = changed = 0
    difference = largest = 0.0
    for batch in batches:
        with modes_kept(model):
            model.eval()
            one, other = (output_of(model, state, batch) for state in states)
        if not torch.isfinite(one - other).all():
            return Equivalence(images + len(batch), torch.inf, torch.inf, changed)
        difference = max(difference, float((one - other).abs().max()))
        largest = max(largest, float(one.abs().max()))
        changed += int((one.argmax(1) != other.argmax(1)).sum())
        images += len(batch)
    return Equivalence(images, difference, difference / largest if largest else difference, changed)


def _double(tensor: Tensor) -> Tensor:
    return tensor.double() if tensor.is_floating_point() else tensor
