"""Returns the network inside what torch wraps around one, so that its own names and modes are used."""

from torch import nn
from torch.jit import ScriptModule
from torch.optim.swa_utils import AveragedModel

WRAPPERS = (nn.DataParallel, nn.parallel.DistributedDataParallel, AveragedModel)  # each holds a network as `module`


def bare(model: nn.Module) -> nn.Module:
    """Return the network that `torch.compile`, `DataParallel`, `DistributedDataParallel` or `AveragedModel` wrapped.

    Any other module comes back as it is. The state dicts that belong to it are those of the network inside:
    `bare(model).state_dict()`, or `adopt(bare(model), model.state_dict())`.

    Raises:
        ValueError: a TorchScript module, or one that was compiled in place; neither can be followed or called with
            other weights.
    """
    while (inside := _inside(model)) is not None:
        model = inside
    if isinstance(model, ScriptModule):
        raise ValueError("a TorchScript module cannot be called with other weights; build the network in Python")
    if any(getattr(module, "_compiled_call_impl", None) is not None for module in model.modules()):
        raise ValueError("the network is compiled in place by .compile(); give copy.deepcopy(model), which is not")
    return model


def _inside(model: nn.Module) -> nn.Module | None:
    inside = model.module if isinstance(model, WRAPPERS) else getattr(model, "_orig_mod", None)  # of torch.compile
    return inside if isinstance(inside, nn.Module) else None
