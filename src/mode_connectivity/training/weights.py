"""Holds the weights of a network while it is trained."""

from collections.abc import Iterable, Mapping

from torch import Tensor, nn

from mode_connectivity.models import tied
from mode_connectivity.training.objective import placed


class Weights:
    """Holds a copy of `start`, the `state`, whose parameters, `leaves` in the order of `model`, are moved in place.

    Tied tensors are one leaf, which stands in the state under each of their names. `placed` is the state as
    `torch.func.functional_call` with `tie_weights=False` takes it. `carried` are its other tensors, such as running
    statistics, which a forward pass may move.
    """

    def __init__(self, model: nn.Module, start: Mapping[str, Tensor]) -> None:
        self.state = {name: tensor.detach().clone() for name, tensor in start.items()}
        names = [name for name, _ in model.named_parameters()]
        self.leaves = [self.state[name].requires_grad_() for name in names]
        same = tied(model)
        self.state |= {name: self.state[first] for name, first in same.items()}
        self.placed = placed(model, self.state)
        self.carried = {name: tensor for name, tensor in self.state.items() if name not in (*names, *same)}

    def write(self, gradients: Iterable[Tensor]) -> None:
        """Make `gradients` those of the leaves."""
        for leaf, gradient in zip(self.leaves, gradients, strict=True):
            leaf.grad = gradient

    def reached(self) -> dict[str, Tensor]:
        """Return the state as it is now, without gradients."""
        return {name: tensor.detach() for name, tensor in self.state.items()}
