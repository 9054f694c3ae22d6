"""Steps the bends of a path: one t a batch, and the gradient at that point carried over to each bend."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import torch
from torch import Generator, Tensor, nn

from mode_connectivity.foundations.devices import refill
from mode_connectivity.foundations.precision import Precision
from mode_connectivity.models import (
    format_that_runs,
    in_layout,
    laid_out,
    memory_format,
    tied,
    trained_parameters,
    unread_statistics,
)
from mode_connectivity.paths.gradients import path_gradients
from mode_connectivity.paths.path import Path, State
from mode_connectivity.paths.restrict import Mask, Restricted, frozen_on_chord, moving
from mode_connectivity.training.objective import Loss, mean_loss, output_of, right_answers
from mode_connectivity.training.progress import Batch, check_end
from mode_connectivity.training.small_maps import small_maps


class BendSteps:
    """Holds copies of a path's bends, `bends`, of which `step` writes the gradients of what may move, the `leaves`.

    These are the model's parameters that require gradients, tied ones once; all else, and entries outside `mask`, stay
    on the straight line. A parameter that the loss does not depend on has no gradient and stays where its bend starts.
    `weight_decay` acts on the point W_t, not on the bends; `draws` gives t. `model` must be in the mode in which it
    trains.

    Raises:
        ValueError: the mask does not fit the network or lets nothing move, or a control point has different values
            under two names of a tied tensor.
    """

    def __init__(
        self,
        model: nn.Module,
        path: Path,
        weight_decay: float,
        precision: Precision,
        draws: Generator,
        mask: Mask | None,
        loss: Loss | None = None,
    ) -> None:
        self._model, self._decay, self._precision, self._draws = model, weight_decay, precision, draws
        self._loss, self._layout, self._tried = loss, memory_format(model), False
        controls = [in_layout(control, self._layout) for control in path.controls]
        self.start, self.end = controls[0], controls[-1]
        self.parameters = trained_parameters(model, self.start)
        if not self.parameters:
            raise ValueError("none of the path's tensors is a parameter of the model that requires gradients")
        self._tied = tied(model, self.start)
        _check_tied(controls, self._tied)
        self.free = moving(self.start, mask, self.parameters)
        self.bends = [
            {name: tensor.detach().clone() for name, tensor in bend.items()}
            for bend in frozen_on_chord(controls[1:-1], self.start, self.end, self.free)
        ]
        self.path = self._like(path, self.bends)
        self._restricted = None if mask is None else Restricted(self.path, mask)
        self._of_bends = [[bend[name].requires_grad_() for name in self.free] for bend in self.bends]
        self._state = {name: tensor.detach().clone() for name, tensor in self.start.items()}
        self._state |= {name: self._state[first] for name, first in self._tied.items()}
        self._point = [self._state[name].requires_grad_() for name in self.free]
        # The last bend's gradients are written over the point, which the next step computes anew.
        others = [[torch.empty_like(leaf) for leaf in bend] for bend in self._of_bends[1:]]
        self._gradients = [*others, [weight.detach() for weight in self._point]]
        left_out = unread_statistics(model) | self._tied.keys()
        self._mixed = [name for name in self.start if name not in left_out]
        self._last: Batch | None = None
        # A recorded step must read the weights of its own time from memory.
        self._in_memory = self._point[0].detach().new_zeros(len(controls) + 2) if precision.replays else None
        self._weights: Sequence[float | Tensor] = ()

    def _like(self, path: Path, bends: Sequence[State]) -> Path:
        return type(path)([self.start, *bends, self.end], parameters=self.parameters, copy=False)

    @property
    def leaves(self) -> list[Tensor]:
        return [leaf for bend in self._of_bends for leaf in bend]

    def draw(self) -> None:
        """Draw the t of the next step: weights of the control points, and of the ends on the straight line."""
        t = float(torch.rand((), generator=self._draws, dtype=torch.float64))
        of_ends = (1 - t, t) if self._restricted is None else self._restricted.of_ends(t)
        weights = (*self.path.weights(t), *of_ends)
        if self._in_memory is None:
            self._weights = weights
        else:
            refill(self._in_memory, weights)
            self._weights = self._in_memory.unbind()

    def step(self, inputs: Any, targets: Any) -> tuple[Tensor, Tensor]:
        """Write the gradient of each leaf; return the loss at the W_t drawn and the number of right answers.

        The latter is nan where accuracy is not defined.
        """
        self._last = (inputs, targets)
        *weights, of_start, of_end = self._weights
        with torch.no_grad():
            if self._restricted is None:
                self.path.combine(weights, self._mixed, out=self._state)
            else:
                self._restricted.mix(weights, (of_start, of_end), self._mixed, out=self._state)
        if not self._tried:
            self._try_layout(inputs)
        with self._precision.autocast(), small_maps(self._point[0]):
            outputs = self._outputs(laid_out(inputs, self._layout))
            loss = mean_loss(self._loss, outputs, targets)
        gradients = path_gradients(loss, self._point, weights[1:-1], self._decay, self._gradients)
        for bend, gradient in zip(self._of_bends, gradients, strict=True):
            _write(bend, gradient, self.free.values())
        right = right_answers(outputs, targets)
        return loss.detach(), loss.new_full((), torch.nan) if right is None else right

    def _outputs(self, inputs: Any) -> Any:
        return output_of(self._model, self._state, inputs)

    def _try_layout(self, inputs: Any) -> None:
        """Have images and kernels lie contiguous from here on, in place, where the network fails on other images."""
        self._tried = True
        with self._precision.autocast():
            found = format_that_runs(self._model, self._layout, inputs, self._outputs)
        if found is not self._layout:
            self._layout = found
            for state in (self.start, self.end, *self.bends, self._state):
                for tensor in state.values():
                    tensor.data = laid_out(tensor.detach(), found)

    def reached(self, other_batch: Iterable[Batch], title: str) -> list[State]:
        """Return the bends, once the path is finite where each pulls most, on the last batch or else one of these.

        Raises:
            Diverged: the loss at a bend's place on the path is not finite.
        """
        bends = [{name: tensor.detach() for name, tensor in bend.items()} for bend in self.bends]
        for bend in bends:
            bend |= {name: bend[first].clone() for name, first in self._tied.items()}
        path = self._like(self.path, bends)
        batch = self._last or next(iter(other_batch))
        for k in range(1, len(bends) + 1):
            state = path.at(k / (len(bends) + 1))
            check_end(self._model, state, batch, self._precision, title, loss=self._loss, layout=self._layout)
        return bends


def _write(leaves: Iterable[Tensor], gradients: Iterable[Tensor | None], masks: Iterable[Tensor | None]) -> None:
    for leaf, values, keep in zip(leaves, gradients, masks, strict=True):
        leaf.grad = values if keep is None or values is None else torch.where(keep, values, 0.0)


def _check_tied(controls: Iterable[Mapping[str, Tensor]], repeated: Mapping[str, str]) -> None:
    for k, control in enumerate(controls):
        for name, first in repeated.items():
            if not torch.equal(control[name], control[first]):
                raise ValueError(f"control point {k} differs in {first} and {name}, which are one tensor in the model")
