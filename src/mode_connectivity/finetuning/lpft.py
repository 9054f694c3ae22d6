"""Fine-tunes by LPFT, linear probing and then fine-tuning: LLRT, and from there all layers (Kumar et al. 2022)."""

from collections.abc import Mapping

from torch import Generator, Tensor, nn

from mode_connectivity.data.sets import TrainingBatches
from mode_connectivity.finetuning.llrt import llrt
from mode_connectivity.finetuning.plain import naive
from mode_connectivity.finetuning.watch import Watch
from mode_connectivity.foundations.precision import Precision
from mode_connectivity.training import Epoch, Keeper, Recipe


def lpft(
    model: nn.Module,
    pretrained: Mapping[str, Tensor],
    clean: tuple[TrainingBatches, TrainingBatches],
    recipes: tuple[Recipe, Recipe],
    precision: Precision,
    initialisation: Generator,
    *,
    watch: Watch | None = None,
    keepers: tuple[Keeper, Keeper] | None = None,
    title: str = "lpft",
) -> tuple[dict[str, Tensor], list[Epoch]]:
    """Train a new head by the first recipe on the first batches, then all layers by the second on the second.

    The history holds the epochs of the head and then those of all layers; `keepers` keep the states of the two.
    """
    (first, second), (probing, tuning), (of_head, of_all) = clean, recipes, keepers or (None, None)
    probed, head_history = llrt(
        model, pretrained, first, probing, precision, initialisation, watch=watch, keeper=of_head, title=f"{title} head"
    )
    tuned, history = naive(model, probed, second, tuning, precision, watch=watch, keeper=of_all, title=title)
    return tuned, head_history + history
