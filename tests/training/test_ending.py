"""A training whose last step explodes is no success, though every loss it has measured was finite."""

import pytest
import torch
from torch import nn

from mode_connectivity.data.sets import Augmentation, Images, Scaling, TrainingBatches
from mode_connectivity.foundations.precision import Precision
from mode_connectivity.paths import Bezier, fit
from mode_connectivity.training import Diverged, Recipe, train_endpoint

# One step of this size leaves weights of 1e25 and more, which are finite; their products are not.
RECIPE = Recipe(
    epochs=1,
    batch_size=8,
    learning_rate=1e26,
    momentum=0.0,
    weight_decay=0.0,
    schedule="constant",
    clip_norm=None,
)


class Small(nn.Sequential):
    def __init__(self) -> None:
        super().__init__(nn.Flatten(), nn.Linear(192, 16), nn.ReLU(), nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 2))


def images() -> Images:
    generator = torch.Generator().manual_seed(0)
    pixels = torch.randint(256, (8, 3, 8, 8), dtype=torch.uint8, generator=generator)
    return Images(pixels, torch.arange(8) % 2)


def test_an_endpoint_that_explodes_in_its_last_step() -> None:
    torch.manual_seed(0)
    model, data = Small(), images()
    order, draws = torch.Generator().manual_seed(0), torch.Generator().manual_seed(1)
    batches = TrainingBatches(data, 8, Scaling.of(data), Augmentation(), order, draws)
    with pytest.raises(Diverged, match=r"endpoint: the loss is (nan|inf) after the last step; lower the learning_rate"):
        train_endpoint(model, model.state_dict(), batches, RECIPE, Precision())


def test_a_curve_that_explodes_in_its_last_step() -> None:
    torch.manual_seed(0)
    model, data = Small(), images()
    loader = [(Scaling.of(data).apply(data.pixels), data.labels)]
    state = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    path = Bezier([state, {name: tensor.clone() for name, tensor in state.items()}, state])
    with pytest.raises(Diverged, match=r"curve: the loss is .* after the last step"):
        fit(model, path, loader, epochs=1, learning_rate=1e26, clip_norm=None)
