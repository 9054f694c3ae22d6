"""Steps the bends of a path: one t a batch, and the gradient at that point carried over to each bend."""

from collections.abc import Iterable, Sequence

import torch
from torch import Generator, Tensor, nn
from torch.func import functional_call
from torch.nn.functional import cross_entropy

from mode_connectivity.foundations.devices import refill
from mode_connectivity.foundations.precision import Precision
from mode_connectivity.models import in_layout, laid_out, memory_format, unread_statistics
from mode_connectivity.paths.gradients import path_gradients
from mode_connectivity.paths.path import Path, State
from mode_connectivity.paths.restrict import Mask, Restricted, frozen_on_chord, moving
from mode_connectivity.training.ending import Batch, check_end
from mode_connectivity.training.small_maps import small_maps


class BendSteps:
    """Holds copies of a path's bends, `bends`, of which `step` writes the gradients of what may move, the `leaves`.

    `weight_decay` acts on the point W_t, not on the bends; `draws` gives t. `model` must be in the mode in which it
    trains. Entries outside `mask` stay on the straight line.

    Raises:
        ValueError: the mask does not fit the network or lets nothing move.
    """

    def __init__(
        self,
        model: nn.Module,
        path: Path,
        weight_decay: float,
        precision: Precision,
        draws: Generator,
        mask: Mask | None,
    ) -> None:
        self._model, self._decay, self._precision, self._draws = model, weight_decay, precision, draws
        self._layout = memory_format(model)
        controls = [in_layout(control, self._layout) for control in path.controls]
        self.start, self.end = controls[0], controls[-1]
        self.bends = frozen_on_chord(controls[1:-1], self.start, self.end, mask)
        self.path = type(path)([self.start, *self.bends, self.end])
        self.free = moving(self.start, mask)
        self._restricted = None if mask is None else Restricted(self.path, mask)
        self._of_bends = [[bend[name].requires_grad_() for name in self.free] for bend in self.bends]
        self._state = {name: tensor.detach().clone() for name, tensor in self.start.items()}
        self._point = [self._state[name].requires_grad_() for name in self.free]
        # The last bend's gradients are written over the point, which the next step computes anew.
        others = [[torch.empty_like(leaf) for leaf in bend] for bend in self._of_bends[1:]]
        self._gradients = [*others, [weight.detach() for weight in self._point]]
        unread = unread_statistics(model)
        self._mixed = [name for name in self.start if name not in unread]
        self._last: Batch | None = None
        # A recorded step must read the weights of its own time from memory.
        self._in_memory = self._point[0].detach().new_zeros(len(controls) + 2) if precision.replays else None
        self._weights: Sequence[float | Tensor] = ()

    @property
    def leaves(self) -> list[Tensor]:
        return [leaf for bend in self._of_bends for leaf in bend]

    def draw(self) -> None:
        """Draw the t of the next step: weights of the control points, and of the ends on the straight line."""
        t = float(torch.rand((), generator=self._draws, dtype=torch.float64))
        weights = (*self.path.weights(t), 1 - t, t)
        if self._in_memory is None:
            self._weights = weights
        else:
            refill(self._in_memory, weights)
            self._weights = self._in_memory.unbind()

    def step(self, images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Write the gradient of each leaf; return the loss at the W_t drawn and the number of right answers."""
        self._last = (images, labels)
        *weights, of_start, of_end = self._weights
        with torch.no_grad():
            if self._restricted is None:
                self.path.combine(weights, self._mixed, out=self._state)
            else:
                self._restricted.mix(weights, (of_start, of_end), self._mixed, out=self._state)
        with self._precision.autocast(), small_maps(images):
            logits = functional_call(self._model, self._state, (laid_out(images, self._layout),))
            loss = cross_entropy(logits.float(), labels)
        gradients = path_gradients(loss, self._point, weights[1:-1], self._decay, self._gradients)
        for bend, gradient in zip(self._of_bends, gradients, strict=True):
            _write(bend, gradient, self.free.values())
        return loss.detach(), (logits.detach().argmax(1) == labels).sum()

    def reached(self, other_batch: Iterable[Batch], title: str) -> list[State]:
        """Return the bends, once the path is finite where each pulls most, on the last batch or else one of these.

        Raises:
            Diverged: the loss at a bend's place on the path is not finite.
        """
        bends = [{name: tensor.detach() for name, tensor in bend.items()} for bend in self.bends]
        path = type(self.path)([self.start, *bends, self.end])
        batch = self._last or next(iter(other_batch))
        for k in range(1, len(bends) + 1):
            check_end(self._model, path.at(k / (len(bends) + 1)), batch, self._precision, title)
        return bends


def _write(leaves: Iterable[Tensor], gradients: Iterable[Tensor], masks: Iterable[Tensor | None]) -> None:
    for leaf, values, keep in zip(leaves, gradients, masks, strict=True):
        leaf.grad = values if keep is None else torch.where(keep, values, 0.0)
