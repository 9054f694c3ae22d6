"""A training step replayed as a graph gives the bits of the step, on a pretended GPU that repeats operations alone."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from mode_connectivity.paths import bend_steps
from mode_connectivity.paths.kinds import Bezier
from mode_connectivity.paths.restrict import Restricted
from mode_connectivity.training import graph, momentum
from mode_connectivity.training.graph import AS_IT_IS
from support.interruptions import Memory, until_done
from support.pretended_gpu import Gpu
from support.small_trainings import CURVES, NETWORKS, STEPS, curve, train

EPOCHS = 2


def found(work: Callable[..., dict[str, Tensor]], graphs: bool, *words: Any, **options: Any) -> dict[str, Tensor]:
    """What a training gives, once all its steps but the first ones are seen to be replays, or none is."""
    with Gpu() as gpu:
        state = {name: tensor.cpu() for name, tensor in work(*words, "cuda", EPOCHS, graphs, **options).items()}
    assert gpu.replays == (EPOCHS * STEPS - AS_IT_IS if graphs else 0)
    return state


def differ(one: dict[str, Tensor], other: dict[str, Tensor]) -> list[str]:
    return [name for name, tensor in one.items() if not torch.equal(tensor, other[name])]


@pytest.mark.parametrize("name", NETWORKS)
def test_an_endpoint(name: str) -> None:
    assert not differ(found(train, True, name), found(train, False, name))


@pytest.mark.parametrize(
    ("name", "options"), [(name, "bezier") for name in NETWORKS] + [("vgg16 bn", options) for options in [*CURVES][1:]]
)
def test_a_curve(name: str, options: str) -> None:
    chosen = CURVES[options]
    assert not differ(found(curve, True, name, **chosen), found(curve, False, name, **chosen))


def test_an_interrupted_curve_goes_on_to_the_same_bits() -> None:
    plain = found(curve, False, "vgg16")
    with Gpu() as gpu:
        memory = Memory({1, 4})
        resumed = until_done(lambda: curve("vgg16", "cuda", EPOCHS, True, keeper=memory))
        assert not differ({name: tensor.cpu() for name, tensor in resumed.items()}, plain)
    assert gpu.replays == (4 - 1 - AS_IT_IS) + (EPOCHS * STEPS - 4 - AS_IT_IS)


@pytest.mark.parametrize("number", ["rate", "place"])
def test_a_number_that_the_host_keeps_to_itself_is_found(monkeypatch: pytest.MonkeyPatch, number: str) -> None:
    """Planted: what changes from step to step is a float, which a recording fixes."""
    plain = found(curve, False, "vgg16")

    def kept(self: Any) -> None:
        draw(self)
        self._weights = [float(weight) for weight in self._weights]

    def set_rate(self: Any, rate: float) -> None:
        self._rate = rate

    draw = bend_steps.BendSteps.draw
    if number == "place":
        monkeypatch.setattr(bend_steps.BendSteps, "draw", kept)
    else:
        monkeypatch.setattr(momentum.Momentum, "set_rate", set_rate)
    assert differ(found(curve, True, "vgg16"), plain)


def test_a_wait_within_the_step_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def watched(step: Callable[..., tuple[Tensor, Tensor]]) -> Callable[..., tuple[Tensor, Tensor]]:
        def waits(images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
            loss, right = step(images, labels)
            float(loss)
            return loss, right

        return made(waits)

    made = graph.Graphed
    monkeypatch.setattr("mode_connectivity.training.loop.Graphed", watched)
    with pytest.raises(RuntimeError, match="not permitted when stream is capturing"), Gpu():
        train("vgg16 bn", "cuda", 1, True)


def test_a_batch_of_another_shape_is_taken_as_it_is() -> None:
    total: Tensor

    def step(images: Tensor, _labels: Tensor) -> tuple[Tensor, Tensor]:
        total.add_(images.sum())
        return total.clone(), (images > 1).sum()

    with Gpu() as gpu:
        total = torch.zeros((), device="cuda")
        replayed = graph.Graphed(step)
        shapes = [(2,), (2,), (2,), (3,), (2,)]
        results = [
            replayed(torch.full(shape, 2.0, device="cuda"), torch.ones(shape, device="cuda")) for shape in shapes
        ]
        assert [(float(loss), int(right)) for loss, right in results] == [(4, 2), (8, 2), (12, 2), (18, 3), (22, 2)]
    assert gpu.replays == 2


class Listed(TorchDispatchMode):
    """Lists the operations that are dispatched, whatever kinds of numbers they take."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.operations: list[Any] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if not func.is_view:
            self.operations.append(func.overloadpacket)
        return func(*args, **kwargs or {})


@pytest.mark.parametrize("into", ["new tensors", "the same tensors"])
def test_weights_in_memory_mix_a_masked_point_by_the_same_operations(into: str) -> None:
    state = {"whole": torch.randn(3, 2), "part": torch.randn(3, 2), "chord": torch.randn(3)}
    mask = {"whole": torch.tensor(True), "part": torch.tensor([[True], [False], [True]])}
    with Gpu():
        controls = [{name: (tensor * scale).to("cuda") for name, tensor in state.items()} for scale in (1, 2, 3)]
        path = Restricted(Bezier(controls), mask)
        weights = torch.tensor([*path.weights(0.25), 0.75, 0.25]).to("cuda")
        out = {name: torch.empty_like(tensor) for name, tensor in controls[0].items()}
        listed, points = [], []
        for all_weights in (weights.tolist(), weights.unbind()):
            with Listed() as one:
                point = path.mix(all_weights[:3], all_weights[3:], out=None if into == "new tensors" else out)
            listed.append(one.operations)
            points.append({name: tensor.cpu() for name, tensor in point.items()})
    assert listed[0] == listed[1]
    assert not differ(*points)


def test_a_cpu_has_no_graphs() -> None:
    assert not differ(train("vgg16 bn", "cpu", 1, True), train("vgg16 bn", "cpu", 1, False))
