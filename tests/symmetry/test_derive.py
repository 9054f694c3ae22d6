"""On whole networks: no permutation that was derived changes the function, and none that exists is missed."""

import pytest
import torch
import torchvision
from torch import nn

from mode_connectivity.models import build, depth_layers
from mode_connectivity.symmetry import Symmetry, UnsupportedModule, rules, rules_elementwise
from support.distinct_networks import check, randomised

VGGS = [(name, norm) for name in ("vgg13", "vgg16", "vgg19") for norm in (False, True)]


@pytest.mark.parametrize(("name", "batch_norm"), VGGS)
def test_every_hidden_layer_of_a_vgg_moves(name: str, batch_norm: bool) -> None:
    model = build(name, num_classes=10, width=1 / 8, batch_norm=batch_norm)
    symmetry = check(model, torch.rand(2, 3, 32, 32))
    hidden = [key for key, module in model.named_modules() if isinstance(module, nn.Conv2d | nn.Linear)][:-1]
    assert list(symmetry.layers) == hidden
    assert symmetry.groups == {key: len(model.state_dict()[f"{key}.weight"]) for key in hidden}
    assert set(depth_layers(name, batch_norm=batch_norm).values()) <= symmetry.layers.keys()


def test_residual_streams_are_tied_and_blocks_are_free() -> None:
    symmetry = check(build("resnet18", num_classes=10, width=1 / 8), torch.rand(2, 3, 32, 32))
    assert len(symmetry.groups) == 12
    stream = [layer for layer, group in symmetry.layers.items() if group == "conv1"]
    assert stream == ["conv1", "layer1.0.conv2", "layer1.1.conv2"]
    for layer in depth_layers("resnet18").values():
        assert symmetry.group_of(layer) == layer
        assert [member.tensor for member in symmetry.members(layer) if member.consumer] == [layer[:-1] + "2.weight"]


# Small enough to be checked at once.
QUICK = ("squeezenet1_1", "mobilenet_v2", "resnet18", "shufflenet_v2_x0_5", "mnasnet0_5", "mobilenet_v3_small")
SLOW = (
    *(
        "alexnet",
        "vgg11",
        "vgg13_bn",
        "vgg16",
        "vgg19",
        "resnet50",
        "resnext50_32x4d",
        "wide_resnet50_2",
        "densenet121",
    ),
    *("squeezenet1_0", "googlenet", "inception_v3", "efficientnet_b0", "efficientnet_v2_s", "convnext_tiny"),
    *("regnet_x_400mf", "regnet_y_400mf", "vit_b_32", "swin_t", "swin_v2_t", "maxvit_t", "mobilenet_v3_large"),
)
PIXELS = {"inception_v3": 96, "vit_b_32": 224, "maxvit_t": 224}


@pytest.mark.parametrize("name", [*QUICK, *(pytest.param(name, marks=pytest.mark.slow) for name in SLOW)])
def test_torchvision_classifiers(name: str) -> None:
    torch.manual_seed(0)
    options = {"init_weights": False} if name in {"googlenet", "inception_v3"} else {}
    model = torchvision.models.get_model(name, num_classes=10, **options)
    symmetry = check(model, torch.rand(1, 3, PIXELS.get(name, 64), PIXELS.get(name, 64)))
    assert symmetry.groups.keys() >= set(symmetry.layers.values())
    assert symmetry.sites


def test_groups_of_densely_connected_blocks_are_the_pieces_of_the_concatenation() -> None:
    model = torchvision.models.DenseNet(growth_rate=4, block_config=(2, 2), num_init_features=8, num_classes=3)
    symmetry = check(model, torch.rand(2, 3, 32, 32))
    (pieces,) = symmetry.axes["features.denseblock1.denselayer2.norm1.weight"]
    assert [block.group for block in pieces] == ["features.conv0", "features.denseblock1.denselayer1.conv2"]
    assert set(symmetry.layers) == {n for n, m in model.named_modules() if isinstance(m, nn.Conv2d)}


def test_mlp_alone_and_within_another_module() -> None:
    mlp = nn.Sequential(nn.Flatten(), nn.Linear(12, 7), nn.Tanh(), nn.Linear(7, 5), nn.GELU(), nn.Linear(5, 3))
    symmetry = check(mlp, torch.rand(2, 3, 2, 2))
    assert symmetry.groups == {"1": 7, "3": 5}
    assert check(nn.Sequential(mlp), torch.rand(2, 3, 2, 2)).groups == {"0.1": 7, "0.3": 5}
    assert Symmetry.derive(nn.Linear(4, 3), torch.rand(2, 4)).groups == {}


def test_deriving_leaves_the_model_and_the_generator_alone() -> None:
    model = randomised(build("resnet18", num_classes=10, width=1 / 16)).float().train()
    model.get_submodule("layer1").eval()
    modes = [module.training for module in model.modules()]
    state = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    torch.manual_seed(3)
    expected = torch.rand(4)
    torch.manual_seed(3)
    Symmetry.derive(model, torch.zeros(2, 3, 32, 32).requires_grad_())
    assert torch.equal(torch.rand(4), expected)
    assert [module.training for module in model.modules()] == modes
    assert all(torch.equal(tensor, state[name]) for name, tensor in model.state_dict().items())
    assert all(parameter.grad is None for parameter in model.parameters())
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in model.modules())


def test_deriving_repeats() -> None:
    model = build("resnet18", num_classes=10, width=1 / 16)
    once, again = (Symmetry.derive(model, torch.zeros(1, 3, 32, 32)) for _ in range(2))
    assert once == again


def test_wrong_symmetry_does_not_pass_the_check(monkeypatch: pytest.MonkeyPatch) -> None:
    def forgets_statistics(trace, call):  # type: ignore[no-untyped-def]
        return [trace.labels(call["input"])]

    assert rules.RULES["native_batch_norm"] is rules_elementwise.batch_norm
    monkeypatch.setitem(rules.RULES, "native_batch_norm", forgets_statistics)
    fresh = build("vgg13", num_classes=10, width=1 / 16, batch_norm=True)
    with pytest.raises(UnsupportedModule, match="changes the output"):
        Symmetry.derive(fresh, torch.zeros(1, 3, 32, 32))
    Symmetry.derive(fresh, torch.zeros(1, 3, 32, 32), verify=False)
