"""A network of the user's own that cannot be scored or trained is one line before any training, with its name."""

import sys
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from mode_connectivity.foundations import layout
from mode_connectivity.models import build
from mode_connectivity.params import Params
from mode_connectivity.stages import dataset, endpoint, source
from mode_connectivity.stages.errors import in_one_line
from support.in_process import params_with


class Net(nn.Module):
    def __init__(self, num_classes: int) -> None:
        super().__init__()
        self.inner = nn.Linear(3, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.inner(x.mean((2, 3)))
        return logits


class Exits(Net):
    def forward(self, x: Tensor) -> Tensor:
        sys.exit(0)


class LeavesAGenerator(Net):
    def forward(self, x: Tensor) -> Tensor:
        raise GeneratorExit


class LeavesBackwards(Net):
    def forward(self, x: Tensor) -> Tensor:
        logits = super().forward(x)
        logits.register_hook(lambda gradient: sys.exit(0))
        return logits


class RaisesInTraining(Net):
    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            raise KeyError("first\nsecond")
        return super().forward(x)


class TakesOneImage(Net):
    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.reshape(1, 3, 32, 32))


class ReturnsTwo(Net):
    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x), x  # type: ignore[return-value]


class ReturnsNothing(Net):
    def forward(self, x: Tensor) -> Tensor:
        return None  # type: ignore[return-value]


class FewClasses(Net):
    def __init__(self, num_classes: int) -> None:
        super().__init__(num_classes - 1)


class OneNumber(Net):
    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x).sum()


class CutOff(Net):
    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x).detach()


class NoParameters(Net):
    def __init__(self, num_classes: int) -> None:
        super().__init__(num_classes)
        self.inner = nn.Identity()  # type: ignore[assignment]

    def forward(self, x: Tensor) -> Tensor:
        return x.flatten(1)


class RaisesBackwards(Net):
    def forward(self, x: Tensor) -> Tensor:
        logits = super().forward(x)
        logits.register_hook(lambda gradient: gradient / [])
        return logits


class IntegerParameter(Net):
    def __init__(self, num_classes: int) -> None:
        super().__init__(num_classes)
        self.steps = nn.Parameter(torch.ones(1, dtype=torch.int64), requires_grad=False)


class ExtraState(Net):
    def get_extra_state(self) -> dict[str, int]:
        return {"steps": 1}


class SparseBuffer(Net):
    def __init__(self, num_classes: int) -> None:
        super().__init__(num_classes)
        self.register_buffer("mask", torch.eye(3).to_sparse())


class BrokenState(Net):
    def state_dict(self, *arguments: object, **options: object) -> dict[str, Tensor]:  # type: ignore[override]
        raise KeyError("state")


def frozen(num_classes: int) -> nn.Module:
    return Net(num_classes).requires_grad_(False)


def no_values(num_classes: int) -> nn.Module:
    return Net(num_classes).to("meta")


def lazy(num_classes: int) -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.LazyLinear(num_classes))


WRONG = {
    "Exits": "does not take images of 3 x 32 x 32: SystemExit: 0",
    "LeavesAGenerator": "does not take images of 3 x 32 x 32: GeneratorExit:",
    "LeavesBackwards": "has no gradient: SystemExit: 0",
    "RaisesInTraining": r"cannot be trained on images of 3 x 32 x 32: KeyError: 'first\\nsecond'",
    "TakesOneImage": "does not take images of 3 x 32 x 32: RuntimeError: shape ",
    "ReturnsTwo": "makes tuple of 2 images, not 10 logits of each",
    "ReturnsNothing": "makes NoneType of 2 images, not 10 logits of each",
    "FewClasses": r"makes \(2, 9\) of 2 images, not 10 logits of each",
    "OneNumber": r"makes \(\) of 2 images, not 10 logits of each",
    "CutOff": "has no parameters that can be trained",
    "NoParameters": "has no parameters that can be trained",
    "RaisesBackwards": "has no gradient: TypeError: ",
    "IntegerParameter": r"has a parameter steps that is of torch\.int64; ",
    "frozen": r"has a parameter inner\.weight that is frozen; ",
    "ExtraState": "has _extra_state of dict in its state; ",
    "SparseBuffer": "has a tensor mask without values, or sparse",
    "BrokenState": r"raised KeyError: 'state' in state_dict\(\)",
    "no_values": r"has a tensor inner\.weight without values",
    "lazy": r"has a tensor 1\.weight without values",
}


def __getattr__(name: str) -> object:
    if name == "raising":
        raise KeyError(name)
    raise AttributeError(name)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the data of a small study."""
    made = tmp_path_factory.mktemp("study")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(made)
        params = params_with(made, {})
        source.main(params)
        dataset.main(params)
    return made


@pytest.mark.parametrize("name", WRONG)
def test_it_is_one_line_with_its_name(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(folder)
    params = Params.load(layout.PARAMS)
    params = params.model_copy(update={"model": params.model.model_copy(update={"name": f"{__name__}:{name}"})})
    with pytest.raises(SystemExit, match=f"^error: model.name: {__name__}:{name} {WRONG[name]}[^\n]*$"), in_one_line():
        endpoint.main(params, 0)
    assert not layout.endpoint(0).exists()


def test_a_module_that_raises_when_asked_is_one_line() -> None:
    with pytest.raises(ValueError, match=f"^model.name: importing '{__name__}' raised KeyError: 'raising'$"):
        build(f"{__name__}:raising", num_classes=2)
