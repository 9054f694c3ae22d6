"""Holds the weights of a network while it is trained."""

from collections.abc import Iterable, Mapping

from torch import Tensor, nn

from mode_connectivity.models import tied, trained_parameters
from mode_connectivity.training.objective import placed


class Weights:
    """Holds a copy of `start`, the `state`, whose `leaves` in the order of `model` are moved in place.

    These are the parameters that require gradients; tied ones are one leaf, which stands in the state under each of
    their names. `placed` is the state as `torch.func.functional_call` with `tie_weights=False` takes it. `carried` are
    the other tensors, such as running statistics, which a forward pass may move.
    """

    def __init__(self, model: nn.Module, start: Mapping[str, Tensor]) -> None:
        self.state = {name: tensor.detach().clone() for name, tensor in start.items()}
        names = trained_parameters(model)
        self.leaves = [self.state[name].requires_grad_() for name in names]
        self._tied = tied(model)
        self.state |= {name: self.state[first] for name, first in self._tied.items()}
        self.placed = placed(model, self.state)
        self.carried = {name: tensor for name, tensor in self.state.items() if name not in (*names, *self._tied)}

    def write(self, gradients: Iterable[Tensor | None]) -> None:
        """Make `gradients` those of the leaves; one that has none, None, does not move in the step."""
        for leaf, gradient in zip(self.leaves, gradients, strict=True):
            leaf.grad = gradient

    def reached(self) -> dict[str, Tensor]:
        """Return the state as it is now, without gradients, each name with a tensor of its own."""
        state = {name: tensor.detach() for name, tensor in self.state.items()}
        return state | {name: state[name].clone() for name in self._tied}
