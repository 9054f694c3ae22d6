"""Weights from elsewhere give the same logits here, or are refused in one line."""

import sys
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from mode_connectivity.models import adopt, build


class GaripovVGG(nn.Module):
    """The layout of VGG16 in the code of Garipov et al.: blocks of convolutions, activations and pools apart."""

    def __init__(self) -> None:
        super().__init__()
        self.layer_blocks = nn.ModuleList()
        channels = 3
        for units, count in ((4, 2), (8, 2), (16, 3), (32, 3), (32, 3)):
            block = nn.ModuleList()
            for _ in range(count):
                block.append(nn.Conv2d(channels, units, 3, padding=1))
                channels = units
            self.layer_blocks.append(block)
        self.classifier = nn.Sequential(
            nn.Dropout(), nn.Linear(32, 32), nn.ReLU(), nn.Dropout(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 10)
        )

    def forward(self, x: Tensor) -> Tensor:
        for block in self.layer_blocks:
            for convolution in block:  # type: ignore[attr-defined]
                x = torch.relu(convolution(x))
            x = torch.max_pool2d(x, 2, 2)
        return self.classifier(x.flatten(1))  # type: ignore[no-any-return]


@pytest.mark.parametrize("wrap", [lambda s: s, lambda s: {"epoch": 200, "model_state": s}, lambda s: {"state_dict": s}])
def test_checkpoints_of_the_curves_code_give_the_same_logits(wrap: object) -> None:
    torch.manual_seed(0)
    theirs = GaripovVGG().double().eval()
    ours = build("vgg16", num_classes=10, width=1 / 16).double().eval()
    ours.load_state_dict(adopt(ours, wrap(theirs.state_dict())))  # type: ignore[operator]
    images = torch.randn(4, 3, 32, 32, dtype=torch.float64)
    assert torch.equal(ours(images), theirs(images))


def test_data_parallel_prefix_and_types_are_adapted() -> None:
    model = nn.Linear(2, 3)
    found = adopt(model, {f"module.{key}": tensor.double() for key, tensor in model.state_dict().items()})
    assert found["weight"].dtype == torch.float32
    assert torch.equal(found["bias"], model.bias)


def test_misfits_are_named_the_first_few() -> None:
    model = build("vgg16", num_classes=10, width=1 / 16)
    with pytest.raises(ValueError, match=r"do not fit the network: features.0.weight is missing, .* and 29 more$"):
        adopt(model, {})
    other = build("vgg16", num_classes=7, width=1 / 16).state_dict()
    with pytest.raises(ValueError, match=r"classifier.6.weight is \(7, 32\) and not \(10, 32\)"):
        adopt(model, other)
    with pytest.raises(ValueError, match=r"extra is not the network's"):
        adopt(model, {**model.state_dict(), "extra": torch.zeros(1)})
    with pytest.raises(ValueError, match=r"features.0.bias is int and not \(4,\)"):
        adopt(model, {**model.state_dict(), "features.0.bias": 3})


def test_a_network_is_brought_by_its_place() -> None:
    model = build("torchvision.models:squeezenet1_0", num_classes=5, width=0.5)
    assert type(model).__name__ == "SqueezeNet"
    assert model.get_submodule("classifier.1").out_channels == 5
    for name, message in (
        ("nowhere.at_all:net", "cannot import 'nowhere.at_all'"),
        ("torchvision.models:net", "has no callable 'net'"),
        ("builtins:dict", "returned dict, not a torch.nn.Module"),
    ):
        with pytest.raises(ValueError, match=message):
            build(name, num_classes=5)


def test_resnet18_has_no_dropout_to_set() -> None:
    with pytest.raises(ValueError, match=r"model.dropout: resnet18 has none"):
        build("resnet18", num_classes=5, dropout=0.5)


@pytest.mark.parametrize("text", ["import sys\nsys.exit(0)\n", "def f(num_classes):\n    raise SystemExit(0)\n"])
def test_a_network_that_ends_the_process_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    """A stage would end well and have made nothing."""
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "leaves_early.py").write_text(text)
    sys.modules.pop("leaves_early", None)
    with pytest.raises(ValueError, match=r"model\.name: .*leaves_early.* raised SystemExit: 0"):
        build("leaves_early:f", num_classes=10)


def test_a_long_name_is_not_echoed() -> None:
    with pytest.raises(ValueError, match="no network called") as caught:
        build("x" * 100_000, num_classes=10)
    assert len(str(caught.value)) < 500


def test_what_is_no_tensor_does_not_fit() -> None:
    model = build("vgg16", num_classes=10, width=1 / 16)
    weights = {**model.state_dict(), "features.0.weight": None, "features.0.bias": 3}
    with pytest.raises(
        ValueError, match=r"features\.0\.weight is NoneType and not \(4, 3, 3, 3\), features\.0\.bias is int"
    ):
        adopt(model, weights)
