"""Fine-tunes all layers on clean images, or trains on them from an initialisation."""

from collections.abc import Mapping

from torch import Tensor, nn

from mode_connectivity.data.sets import TrainingBatches
from mode_connectivity.finetuning.watch import Watch, readings_of
from mode_connectivity.foundations.precision import Precision
from mode_connectivity.training import Epoch, Keeper, Recipe, train_endpoint

# Lubana et al. 2023, code of the paper; weight decay acts on all parameters.
NAIVE = Recipe(epochs=20, batch_size=256, learning_rate=0.01, momentum=0.9, weight_decay=1e-4, schedule="cosine")


def naive(
    model: nn.Module,
    pretrained: Mapping[str, Tensor],
    clean: TrainingBatches,
    recipe: Recipe,
    precision: Precision,
    *,
    watch: Watch | None = None,
    keeper: Keeper | None = None,
    title: str = "naive",
) -> tuple[dict[str, Tensor], list[Epoch]]:
    """Train from `pretrained`, which is not changed, by SGD on the cross entropy of clean images.

    Statistics of batch norm follow the clean batches.
    """
    return train_endpoint(
        model,
        pretrained,
        clean,
        recipe,
        precision,
        keeper=keeper,
        title=title,
        watch=watch,
        readings=readings_of(watch),
    )


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
