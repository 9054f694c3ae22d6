"""The pretended GPU catches what a real one would refuse or wait for: four bugs, planted in the code of the library."""

from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch import Tensor

from mode_connectivity.data.sets import Augmentation, Images, Scaling, TrainingBatches
from mode_connectivity.data.sets import batches as batches_module
from mode_connectivity.foundations.precision import Precision
from mode_connectivity.foundations.randomness import named_generator
from mode_connectivity.paths import Bezier, bend_steps, fitting, linear_bends
from mode_connectivity.paths.gradients import path_gradients
from mode_connectivity.training import Recipe
from support.pretended_gpu import Gpu
from support.small_networks import small_net, stripes


@pytest.fixture
def gpu() -> Iterator[Gpu]:
    with Gpu() as pretended:
        yield pretended


def fit_once(epochs: int = 1) -> None:
    images = stripes(16)
    order, draws = named_generator(0, "order"), named_generator(0, "draws")
    batches = TrainingBatches(images.to("cuda"), 8, Scaling.of(images), Augmentation(1, True), order, draws)
    model = small_net(0, batch_norm=True).to("cuda")
    start, end = model.state_dict(), {name: tensor.clone() for name, tensor in model.state_dict().items()}
    path = Bezier([start, *linear_bends(start, end), end])
    recipe = Recipe(epochs, 8, 0.01, clip_norm=1.0)
    fitting.fit_bends(model, path, batches, recipe, Precision(device="cuda"), named_generator(0, "t"))


def test_without_a_bug_two_batches_wait_no_more_than_one_pass(gpu: Gpu) -> None:
    fit_once()
    once = gpu.waits.copy()
    fit_once(2)
    assert (gpu.waits - once - once).total() <= len(once)


def test_a_tensor_left_on_the_cpu_is_refused(gpu: Gpu, monkeypatch: pytest.MonkeyPatch) -> None:
    def take(images: Images, index: Tensor) -> Images:
        return Images(images.pixels[index], images.labels[index].cpu())

    monkeypatch.setattr(Images, "take", take)
    with pytest.raises(RuntimeError, match="found cuda:0 and cpu"):
        fit_once()


def test_a_generator_of_the_cpu_that_draws_on_the_device_is_refused(gpu: Gpu, monkeypatch: pytest.MonkeyPatch) -> None:
    def apply(self: Augmentation, pixels: Tensor, generator: torch.Generator) -> Tensor:
        mirrored = torch.rand(len(pixels), generator=generator, device=pixels.device) < 0.5
        return torch.where(mirrored[:, None, None, None], pixels.flip(-1), pixels)

    monkeypatch.setattr(Augmentation, "apply", apply)
    with pytest.raises(RuntimeError, match="a generator on the cpu"):
        fit_once()


def test_a_number_read_in_every_step_is_counted(gpu: Gpu, monkeypatch: pytest.MonkeyPatch) -> None:
    def watched(loss: Tensor, *rest: Any) -> Any:
        float(loss.detach())
        return path_gradients(loss, *rest)

    monkeypatch.setattr(bend_steps, "path_gradients", watched)
    fit_once(3)
    assert max(gpu.waits.values()) >= 6


def test_a_copy_that_is_not_pinned_is_counted(gpu: Gpu, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches_module, "sent", lambda tensor, device: tensor.to(device))
    fit_once(3)
    assert gpu.waits["data/sets/batches.py:apply"] >= 6
