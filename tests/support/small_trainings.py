"""Small trainings on whatever device: of an endpoint and of every kind of curve."""

from typing import Any

import torch
from torch import Tensor, nn

from mode_connectivity.data.sets import Augmentation, Images, Scaling, TrainingBatches
from mode_connectivity.foundations.precision import Precision
from mode_connectivity.foundations.randomness import named_generator
from mode_connectivity.models import build
from mode_connectivity.paths import Bezier, Polygon, linear_bends
from mode_connectivity.paths.fitting import fit_bends
from mode_connectivity.symmetry import Symmetry
from mode_connectivity.training import Recipe, train_endpoint

NETWORKS: dict[str, dict[str, Any]] = {
    "vgg16": {"name": "vgg16", "dropout": 0.5},
    "vgg16 bn": {"name": "vgg16", "batch_norm": True},
    "resnet18": {"name": "resnet18"},
    "vgg13_strided": {"name": "vgg13_strided"},
}
STEPS, BATCH, CLASSES = 3, 4, 4
HOST = Images(
    torch.randint(256, (STEPS * BATCH, 3, 32, 32), dtype=torch.uint8, generator=named_generator(0, "pixels")),
    torch.arange(STEPS * BATCH) % CLASSES,
)
SCALING = Scaling.of(HOST)
RECIPE = Recipe(1, BATCH, 0.01, weight_decay=1e-3, clip_norm=1.0)
CURVES: dict[str, dict[str, Any]] = {
    "bezier": {},
    "polygon of two bends": {"kind": Polygon, "bends": 2},
    "masked": {"masked": True},
}


def network(name: str) -> nn.Module:
    torch.default_generator.manual_seed(0)
    return build(**NETWORKS[name], num_classes=CLASSES, width=1 / 64)


def ends_of(model: nn.Module) -> list[dict[str, Tensor]]:
    def moved(tensor: Tensor, generator: torch.Generator) -> Tensor:
        noise = torch.randn(tensor.shape, generator=generator)
        return tensor + 0.01 * noise if tensor.is_floating_point() else tensor.clone()

    draws = [named_generator(seed, "end") for seed in (0, 1)]
    return [{name: moved(tensor, each) for name, tensor in model.state_dict().items()} for each in draws]


def placed(states: list[dict[str, Tensor]], device: str) -> list[dict[str, Tensor]]:
    return [{name: tensor.to(device) for name, tensor in state.items()} for state in states]


def batches(device: str) -> TrainingBatches:
    order, draws = named_generator(0, "order"), named_generator(0, "draws")
    return TrainingBatches(HOST.to(device), BATCH, SCALING, Augmentation(2, True), order, draws)


def train(name: str, device: str, epochs: int, graphs: bool = False) -> dict[str, Tensor]:
    model = network(name)
    start = placed(ends_of(model), device)[0]
    recipe = Recipe(epochs, BATCH, 0.01, weight_decay=1e-3, schedule="one_cycle", clip_norm=1.0)
    torch.manual_seed(0)
    state, _ = train_endpoint(model.to(device), start, batches(device), recipe, Precision(device=device, graphs=graphs))
    return state


def curve(name: str, device: str, epochs: int, graphs: bool = False, **options: Any) -> dict[str, Tensor]:
    model = network(name)
    states = ends_of(model)
    kind, bends = options.pop("kind", Bezier), options.pop("bends", 1)
    if options.pop("masked", False):
        symmetry = Symmetry.derive(model, torch.rand(2, 3, 32, 32))
        options["mask"] = symmetry.slices(list(symmetry.layers)[3], [0])
    start, end = placed(states, device)
    path = kind([start, *linear_bends(start, end, bends), end])
    recipe = Recipe(epochs, BATCH, 0.01, weight_decay=1e-3, schedule="one_cycle", clip_norm=1.0)
    torch.manual_seed(0)
    found, _ = fit_bends(
        model.to(device),
        path,
        batches(device),
        recipe,
        Precision(device=device, graphs=graphs),
        named_generator(0, "t"),
        **options,
    )
    return found[0]
