"""Trains from scratch on the clean images alone, to show what they are worth without pretraining."""

from collections.abc import Mapping

from torch import Tensor, nn

from mode_connectivity.datasets import TrainingBatches
from mode_connectivity.finetuning.watch import Watch, readings_of
from mode_connectivity.foundations.precision import Precision
from mode_connectivity.training import Epoch, Keeper, Recipe, train_endpoint


def scratch(
    model: nn.Module,
    initial: Mapping[str, Tensor],
    clean: TrainingBatches,
    recipe: Recipe,
    precision: Precision,
    *,
    watch: Watch | None = None,
    keeper: Keeper | None = None,
    title: str = "scratch",
) -> tuple[dict[str, Tensor], list[Epoch]]:
    """Train from an initialisation by SGD on the cross entropy of clean images: the baseline of every other method."""
    return train_endpoint(
        model, initial, clean, recipe, precision, keeper=keeper, title=title, watch=watch, readings=readings_of(watch)
    )
