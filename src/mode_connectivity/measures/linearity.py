"""Computes how linear the features of a network are along a straight line in weight space (LLFC)."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from mode_connectivity.measures.point import completed
from mode_connectivity.measures.repairable import LAYERS
from mode_connectivity.models import bare, modes_kept
from mode_connectivity.training.objective import output_of

State = Mapping[str, Tensor]


class Linearity(NamedTuple):
    """Holds one value a layer: `cosine` of f(W_t) and (1 - t) f(W_0) + t f(W_1), and the `scale` of the first on it."""

    layers: list[str]
    cosine: list[float]
    scale: list[float]


@torch.no_grad()
def feature_linearity(model: nn.Module, point: State, ends: Sequence[State], t: float, inputs: Any) -> Linearity:
    """Return the linearity of every convolution's and linear layer's outputs at the point W_t (Zhou et al. 2023).

    Features of one input, flattened: cosine = <f_t, g> / (|f_t| |g|) and scale = <f_t, g> / |g|^2 with
    g = (1 - t) f_0 + t f_1, each averaged over the inputs (N, ...). Both are 1 where features follow the line (LLFC);
    a scale below 1 is a loss of variance. Layers of the same name are compared, of one that runs several times its last
    run. Inputs are those of a batch, a tensor, a tuple or a dict; the model is left as it was.
    """
    model = bare(model)
    at_point, first, last = (_outputs(model, state, inputs) for state in (point, *ends))
    cosines, scales = [], []
    for name, features in at_point.items():
        between = (1 - t) * first[name] + t * last[name]
        product = (features * between).sum(1)
        norms = features.norm(dim=1) * between.norm(dim=1)
        cosines.append(float((product / norms.clamp_min(1e-12)).mean()))
        scales.append(float((product / between.square().sum(1).clamp_min(1e-12)).mean()))
    return Linearity(list(at_point), cosines, scales)


def _outputs(model: nn.Module, state: State, inputs: Any) -> dict[str, Tensor]:
    outputs: dict[str, Tensor] = {}

    def keep(name: str) -> Any:
        return lambda _module, _inputs, output: outputs.__setitem__(name, output.flatten(1).double())

    hooks = [
        module.register_forward_hook(keep(name)) for name, module in model.named_modules() if isinstance(module, LAYERS)
    ]
    with modes_kept(model):
        model.eval()
        try:
            output_of(model, completed(model, state), inputs)
        finally:
            for hook in hooks:
                hook.remove()
    return outputs
