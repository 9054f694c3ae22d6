"""Tells which tensors of a network are trained, which are shared between names, and unwraps what wraps it."""

from collections.abc import Collection

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


def tied(model: nn.Module, among: Collection[str] | None = None) -> dict[str, str]:
    """Return name -> first name, for each name in the state dict of a tensor that stands there under an earlier name.

    An embedding and the head that shares its weight are such a pair; so are the tensors of a module that is used
    under two names. Only names `among` those given are looked at, by default all.
    """
    first: dict[int, str] = {}
    state = model.state_dict(keep_vars=True)
    names = {name: first.setdefault(id(state[name]), name) for name in state if among is None or name in among}
    return {name: earlier for name, earlier in names.items() if name != earlier}


def trained_parameters(model: nn.Module, among: Collection[str] | None = None) -> list[str]:
    """Return the names of the parameters that require gradients, each tied one once, under its first name.

    Buffers and parameters that are frozen (`requires_grad=False`) are not among them. Only names `among` those given
    are looked at, by default all.
    """
    repeated = tied(model, among)
    return [
        name
        for name, parameter in model.named_parameters(remove_duplicate=False)
        if parameter.requires_grad and name not in repeated and (among is None or name in among)
    ]
