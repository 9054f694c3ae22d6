"""Tells which tensors of a network are one tensor under several names."""

from collections.abc import Collection

from torch import nn


def tied(model: nn.Module, among: Collection[str] | None = None) -> dict[str, str]:
    """Return name -> first name, for each name in the state dict of a tensor that stands there under an earlier name.

    An embedding and the head that shares its weight are such a pair; so are the tensors of a module that is used
    under two names. Only names `among` those given are looked at, by default all.
    """
    first: dict[int, str] = {}
    state = model.state_dict(keep_vars=True)
    names = {name: first.setdefault(id(state[name]), name) for name in state if among is None or name in among}
    return {name: earlier for name, earlier in names.items() if name != earlier}
