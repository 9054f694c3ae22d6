"""Makes a network on a curve in which each layer holds its control weights and mixes them when it is called."""

from collections.abc import Mapping, Sequence
from copy import deepcopy

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d, linear


class Mixed(nn.Module):
    """Mixes the control weights and biases of one layer; those of the ends get no gradients."""

    def __init__(self, layer: nn.Conv2d | nn.Linear, controls: Sequence[tuple[Tensor, Tensor]]) -> None:
        super().__init__()
        last = len(controls) - 1
        for k, (weight, bias) in enumerate(controls):
            self.register_parameter(f"weight{k}", nn.Parameter(weight.clone(), requires_grad=0 < k < last))
            self.register_parameter(f"bias{k}", nn.Parameter(bias.clone(), requires_grad=0 < k < last))
        self.count = len(controls)
        self.padding = layer.padding if isinstance(layer, nn.Conv2d) else None
        self.coefficients: Sequence[float] = ()
        self.squares = torch.zeros(())

    def forward(self, inputs: Tensor) -> Tensor:
        """Return the outputs of the layer with its weights mixed by `coefficients`."""
        weight, bias = self._mix("weight"), self._mix("bias")
        self.squares = weight.square().sum() + bias.square().sum()
        if self.padding is None:
            return linear(inputs, weight, bias)
        return conv2d(inputs, weight, bias, padding=self.padding)

    def _mix(self, kind: str) -> Tensor:
        mixed = torch.zeros((), device=self.weight0.device)  # type: ignore[arg-type]
        for k in range(self.count):
            mixed = mixed + self.coefficients[k] * getattr(self, f"{kind}{k}")
        return mixed


class CurveNet(nn.Module):
    """Copies `network`, its convolutions and linear layers replaced by `Mixed` ones of the control points."""

    def __init__(self, network: nn.Module, controls: Sequence[Mapping[str, Tensor]]) -> None:
        super().__init__()
        self.network = deepcopy(network)
        for name, layer in list(self.network.named_modules()):
            if isinstance(layer, nn.Conv2d | nn.Linear):
                weights = [(state[f"{name}.weight"], state[f"{name}.bias"]) for state in controls]
                parent, _, child = name.rpartition(".")
                setattr(self.network.get_submodule(parent), child, Mixed(layer, weights))
        self.mixed = [module for module in self.network.modules() if isinstance(module, Mixed)]

    def forward(self, images: Tensor, t: float) -> Tensor:
        """Return the logits of the network at t."""
        for module in self.mixed:
            module.coefficients = ((1 - t) ** 2, 2 * t * (1 - t), t**2)
        logits: Tensor = self.network(images)
        return logits

    def squared_norm(self) -> Tensor:
        """Return |W_t|^2 of the last call."""
        return torch.stack([module.squares for module in self.mixed]).sum()
