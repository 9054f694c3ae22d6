"""Networks whose every tensor tells its entries apart, and the proof that a permutation keeps their function."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.func import functional_call

from mode_connectivity.symmetry import Symmetry


def randomised(model: nn.Module, seed: int = 0) -> nn.Module:
    """In float64 and evaluation mode, normalisation parameters and running statistics drawn at random."""
    generator = torch.Generator().manual_seed(seed)
    model = model.double().eval()
    for module in model.modules():
        for name, tensor in (*module.named_parameters(recurse=False), *module.named_buffers(recurse=False)):
            if tensor.ndim == 0 or not tensor.is_floating_point():
                continue
            noise = torch.rand(tensor.shape, generator=generator, dtype=torch.float64)
            if name == "running_var" or (name == "weight" and isinstance(module, nn.modules.batchnorm._NormBase)):
                tensor.data = 0.5 + noise
            elif tensor.ndim == 1:
                tensor.data = noise - 0.5
    return model


def relative_change(
    model: nn.Module, inputs: Tensor, before: Mapping[str, Tensor], after: Mapping[str, Tensor]
) -> float:
    """max |f(after) - f(before)| / max |f(before)|."""
    with torch.no_grad():
        old, new = (functional_call(model, dict(state), (inputs,), tie_weights=False) for state in (before, after))
    assert old.abs().max() > 0
    return float((new - old).abs().max() / old.abs().max())


def check(model: nn.Module, inputs: Tensor, seed: int = 0) -> Symmetry:
    """Derive the symmetry; random, reversed and swapped units must not change the outputs."""
    model, inputs = randomised(model, seed), inputs.double()
    symmetry = Symmetry.derive(model, inputs, verify=False)
    state = model.state_dict()
    fresh = torch.rand(inputs.shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed + 1))
    swaps = [symmetry.swap(layer, [(0, 1)]) for layer in list(symmetry.layers)[:: max(1, len(symmetry.layers) // 3)]]
    random = symmetry.random(torch.Generator().manual_seed(seed))
    for perms in (random, symmetry.reverse(), *swaps):
        permuted = symmetry.apply(state, perms)
        assert any(not torch.equal(permuted[name], state[name]) for name in symmetry.axes)
        assert relative_change(model, fresh, state, permuted) <= 1e-9
    return symmetry
