"""The library on a pretended GPU: no entry point mixes devices, no training step waits, and bits are the CPU's."""

from collections import Counter
from collections.abc import Callable, Iterator

import pytest
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from benchmarks.kernels import Kernels
from mode_connectivity.data.sets import ScoringBatches
from mode_connectivity.foundations.precision import Precision
from mode_connectivity.foundations.randomness import named_generator
from mode_connectivity.measures import (
    Plane,
    layer_distances,
    output_moments,
    recalibrate,
    repair,
    score,
    sweep,
    sweep_grid,
)
from mode_connectivity.paths import Bezier, fit, linear_bends, perturbed_bends, sphere_bends
from mode_connectivity.symmetry import Symmetry, match_activations, match_weights
from support.pretended_gpu import Gpu
from support.small_networks import LeNet, state_of
from support.small_trainings import (
    BATCH,
    CURVES,
    HOST,
    NETWORKS,
    SCALING,
    STEPS,
    curve,
    ends_of,
    network,
    placed,
    train,
)


@pytest.fixture
def gpu() -> Iterator[Gpu]:
    with Gpu() as pretended:
        yield pretended


def waits_a_step(gpu: Gpu, work: Callable[[int], object]) -> dict[str, float]:
    """What a second pass over the data adds to the waits of a first, a step; what waits once a pass left out."""
    seen: list[Counter[str]] = []
    for epochs in (1, 2):
        gpu.waits.clear()
        work(epochs)
        seen.append(gpu.waits.copy())
    return {place: count / STEPS for place, count in (seen[1] - seen[0]).items() if count >= STEPS}


@pytest.mark.parametrize("name", NETWORKS)
def test_an_endpoint(gpu: Gpu, name: str) -> None:
    assert waits_a_step(gpu, lambda epochs: train(name, "cuda", epochs)) == {}


# One network for what does not depend on it.
@pytest.mark.parametrize(
    ("name", "options"), [(name, "bezier") for name in NETWORKS] + [("vgg16 bn", options) for options in [*CURVES][1:]]
)
def test_a_curve(gpu: Gpu, name: str, options: str) -> None:
    assert waits_a_step(gpu, lambda epochs: curve(name, "cuda", epochs, **CURVES[options])) == {}


@pytest.mark.parametrize("work", [train, curve])
def test_trainings_give_the_values_of_the_cpu(work: Callable[[str, str, int], dict[str, Tensor]]) -> None:
    """Up to the rounding of the fused optimizer, and of weight gradients on small maps, which a CPU sums otherwise."""
    plain = work("vgg16 bn", "cpu", 1)
    with Gpu():
        found = {key: tensor.cpu() for key, tensor in work("vgg16 bn", "cuda", 1).items()}
    assert all(torch.allclose(plain[key], tensor, rtol=1e-4, atol=1e-6) for key, tensor in found.items())


@pytest.mark.parametrize("name", NETWORKS)
def test_everything_that_looks_at_trained_networks(gpu: Gpu, name: str) -> None:
    model = network(name)
    symmetry = Symmetry.derive(model, torch.rand(2, 3, 32, 32))
    start, end = placed(ends_of(model), "cuda")
    model.to("cuda")
    images, precision = HOST.to("cuda"), Precision(device="cuda")
    shown = {"train": ScoringBatches(images, SCALING)}
    path = Bezier([start, *linear_bends(start, end), end])
    assert sweep(model, path, [0, 0.5], shown, precision=precision)["train"].loss.shape == (2,)
    plane = Plane(start, path.at(0.3), end)
    sweep_grid(model, plane.at, plane.places[:2, 0], plane.places[:1, 1], shown, precision=precision)
    assert layer_distances(path, [0, 0.5, 1]).raw_l2.shape[0] == 3
    first, last = (output_moments(model, each, shown["train"]) for each in (start, end))
    repaired = repair(model, path.at(0.5), 0.5, (first, last), shown["train"])
    assert score(model, recalibrate(model, repaired, shown["train"]), shown["train"], precision).loss > 0
    for bends in (perturbed_bends(start, end, 0.1, named_generator(0, "noise")), sphere_bends(start, end, 0.5)):
        assert all(tensor.device.type == "cuda" for tensor in bends[0].values())

    planted = symmetry.random(torch.Generator().manual_seed(1))
    moved, wanted = symmetry.apply(start, planted), symmetry.invert(planted)
    found = match_weights(symmetry, start, moved)
    match_activations(symmetry, model, start, moved, [images.pixels[:4].float()])
    assert found.keys() == wanted.keys()


def test_a_loader_of_the_host(gpu: Gpu) -> None:
    model = network("vgg16 bn")
    start, end = placed(ends_of(model), "cuda")
    loader = [(torch.rand(BATCH, 3, 32, 32), torch.arange(BATCH)) for _ in range(STEPS)]

    def work(epochs: int) -> None:
        fit(model.to("cuda"), Bezier([start, *linear_bends(start, end), end]), loader, epochs=epochs, learning_rate=0.1)

    assert waits_a_step(gpu, work) == {}


@pytest.mark.parametrize("graphs", [False, True])
def test_a_network_that_flattens_with_view_takes_contiguous_images_and_kernels(gpu: Gpu, graphs: bool) -> None:
    torch.manual_seed(0)
    path = Bezier.between(state_of(LeNet()), state_of(LeNet()))
    loader = [(torch.rand(BATCH, 3, 32, 32), torch.arange(BATCH)) for _ in range(STEPS)]
    plain = fit(LeNet(), path, loader, epochs=2, learning_rate=0.01)
    there = Bezier(placed([*path.controls], "cuda"))
    found = fit(LeNet().to("cuda"), there, loader, epochs=2, learning_rate=0.01, graphs=graphs)
    for name, tensor in found.controls[1].items():
        assert torch.allclose(tensor.cpu(), plain.controls[1][name], rtol=0, atol=1e-6)


@pytest.mark.parametrize("name", ["vgg16", "resnet18"])
def test_what_a_step_adds_to_the_network_does_not_grow_with_the_number_of_tensors(gpu: Gpu, name: str) -> None:
    def count(work: Callable[[], object]) -> int:
        kernels = Kernels()
        with kernels:
            work()
        return kernels.count.total()

    steps = count(lambda: curve(name, "cuda", 3)) - count(lambda: curve(name, "cuda", 1))
    model = network(name).to("cuda")
    images = SCALING.apply(HOST.to("cuda").pixels)
    labels, leaves = HOST.labels.to("cuda"), list(model.parameters())
    own = count(lambda: torch.autograd.grad(cross_entropy(model(images), labels), leaves))
    assert steps / (2 * STEPS) - own < 50
