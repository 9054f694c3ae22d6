"""Tells which tensors of a network are one tensor under several names."""

from torch import nn


def tied(model: nn.Module) -> dict[str, str]:
    """Return name -> first name, for each name in the state dict of a tensor that stands there under an earlier name.

    An embedding and the head that shares its weight are such a pair; so are the tensors of a module that is used
    under two names.
    """
    first: dict[int, str] = {}
    names = {name: first.setdefault(id(tensor), name) for name, tensor in model.state_dict(keep_vars=True).items()}
    return {name: earlier for name, earlier in names.items() if name != earlier}
