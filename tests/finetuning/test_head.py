"""The head is found in any network, and its features are what it reads."""

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import linear

from mode_connectivity.data.sets import Scaling
from mode_connectivity.finetuning.head import features_and_logits, frozen_features, head_of
from mode_connectivity.foundations.precision import Precision
from mode_connectivity.models import build
from support.small_networks import small_net, state_of, stripes


class Upside(nn.Module):
    """A network whose last linear layer by name is not the last by use."""

    def __init__(self) -> None:
        super().__init__()
        self.answer = nn.Linear(5, 4)
        self.early = nn.Linear(192, 5)

    def forward(self, images: Tensor) -> Tensor:
        logits: Tensor = self.answer(self.early(images.flatten(1)))
        return logits


class PerPlace(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Linear(8, 4)

    def forward(self, images: Tensor) -> Tensor:
        logits: Tensor = self.head(images[:, 0])
        return logits


@pytest.mark.parametrize(("name", "head"), [("vgg13", "classifier.6"), ("resnet18", "fc")])
def test_head_of_known_networks(name: str, head: str) -> None:
    model = build(name, num_classes=10, width=0.0625)
    assert head_of(model)[0] == head
    images = torch.randn(2, 3, 32, 32)
    features, logits = features_and_logits(model.eval(), model.state_dict(), images)
    assert torch.equal(logits, model(images))
    weight, bias = (model.state_dict()[f"{head}.{part}"] for part in ("weight", "bias"))
    assert torch.equal(linear(features, weight, bias), logits)


def test_features_of_all_images_are_those_of_eval_mode() -> None:
    model = small_net(batch_norm=True)
    images, state, kept = stripes(), state_of(model), state_of(model)
    scaling = Scaling.of(images)
    features = frozen_features(model, state, images, scaling, Precision())
    expected = nn.Sequential(*list(model)[:-1]).eval()(scaling.apply(images.pixels))
    assert torch.allclose(features, expected, atol=1e-6)
    assert not features.requires_grad
    assert all(torch.equal(state[name], kept[name]) for name in kept)


def test_no_hook_stays_behind() -> None:
    model = small_net()
    features_and_logits(model, state_of(model), torch.randn(2, 3, 8, 8))
    assert not head_of(model)[1]._forward_hooks


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (nn.Sequential(nn.Flatten(), nn.ReLU()), "no linear layer"),
        (Upside(), "early: the last linear layer does not give the network's output"),
        (PerPlace(), "head: the head must read one row an image"),
    ],
)
def test_a_network_whose_head_is_elsewhere_is_refused(model: nn.Module, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        features_and_logits(model, model.state_dict(), torch.randn(2, 3, 8, 8))
