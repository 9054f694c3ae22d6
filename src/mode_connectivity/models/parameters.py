"""Names what training moves in a network."""

from collections.abc import Collection

from torch import nn

from mode_connectivity.models.tied import tied


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
