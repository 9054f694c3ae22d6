"""Records accuracy on the probe sets while a network is fine-tuned."""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn
from torch.nn.functional import linear

from mode_connectivity.data.sets import Images, Scaling, ScoringBatches
from mode_connectivity.finetuning.head import frozen_features
from mode_connectivity.foundations.precision import Precision
from mode_connectivity.measures import defined, score


class Watch:
    """Appends to `accuracy[probe set]` the share of right answers each time that a state is shown.

    A network is scored with the running statistics that it has; none are recomputed.
    """

    def __init__(
        self, model: nn.Module, probe_sets: Mapping[str, Images], scaling: Scaling, precision: Precision
    ) -> None:
        self.accuracy: dict[str, list[float]] = {name: [] for name in probe_sets}
        self._model, self._probe_sets, self._scaling, self._precision = model, probe_sets, scaling, precision

    def __call__(self, state: Mapping[str, Tensor]) -> None:
        for name, images in self._probe_sets.items():
            scored = score(self._model, state, ScoringBatches(images, self._scaling), self._precision)
            self.accuracy[name].append(defined(scored.accuracy))

    def behind(self, state: Mapping[str, Tensor]) -> Callable[[Tensor, Tensor], None]:
        """Return a function that scores a head's weight and bias; all before it is frozen at `state`, run only once."""
        features = {
            name: frozen_features(self._model, state, images, self._scaling, self._precision)
            for name, images in self._probe_sets.items()
        }

        @torch.no_grad()
        def shown(weight: Tensor, bias: Tensor) -> None:
            for name, images in self._probe_sets.items():
                with self._precision.autocast():
                    answers = linear(features[name], weight, bias).argmax(1)
                self.accuracy[name].append(int((answers == images.labels).sum()) / len(images))

        return shown


def readings_of(watch: Watch | None) -> dict[str, list[float]]:
    """Return the lists to which `watch` appends, which an interrupted training must keep; {} where nothing watches."""
    return {} if watch is None else watch.accuracy
