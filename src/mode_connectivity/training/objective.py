"""Defines what is minimised and scored: how a model is called on a batch, how its output is read, and its loss."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn.functional import cross_entropy
from torch.nn.utils.rnn import PackedSequence

Loss = Callable[[Any, Any], Tensor]  # loss(outputs, targets) -> the mean over a batch, or a tensor of values
LOGITS = "logits"  # where an output that is no tensor keeps what is scored
IGNORED = -100  # the label that torch's cross entropy leaves out


def output_of(model: nn.Module, state: Mapping[str, Tensor], inputs: Any) -> Any:
    """Return what `model` gives for `inputs` with the tensors of `state`, read as `read` does.

    Inputs are a tensor, a tuple or list of positional arguments, or a dict of keyword arguments. A tensor that the
    model shares between several names may stand in `state` under one of them or under each. What `state` lacks is the
    model's own.

    Raises:
        ValueError: as `placed`.
    """
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = {}
    if isinstance(inputs, Mapping):
        kwargs = dict(inputs)
    elif isinstance(inputs, tuple | list) and not isinstance(inputs, PackedSequence):
        args = tuple(inputs)
    else:
        args = (inputs,)
    return read(functional_call(model, placed(model, state), args, kwargs, tie_weights=False))


def first_names(model: nn.Module) -> dict[str, str]:
    """Return for every name of a parameter or buffer of `model` the first name of that tensor, of shared ones one."""
    own = dict(model.named_parameters(remove_duplicate=False)) | dict(model.named_buffers(remove_duplicate=False))
    first: dict[int, str] = {}
    return {name: first.setdefault(id(tensor), name) for name, tensor in own.items()}


def shared_once(state: Mapping[str, Tensor], first: Mapping[str, str]) -> dict[str, Tensor]:
    """Return the tensors of `state` by their `first_names`.

    Raises:
        ValueError: a name that the model does not have.
    """
    if unknown := [name for name in state if name not in first]:
        more = f" (nor {len(unknown) - 1} more of the state dict)" if len(unknown) > 1 else ""
        raise ValueError(
            f"the model has no tensor called {unknown[0]}{more}; models.adopt(model, weights) takes prefixes off"
        )
    return {first[name]: tensor for name, tensor in state.items()}


def placed(model: nn.Module, state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the tensors of `state` under one name for each place in the modules of `model` where one belongs.

    `torch.func.functional_call` with `tie_weights=False` then takes them all, and puts back the model's own. Given two
    names of one place, a module that stands in the model twice, it would leave a tensor of the state in the model.

    Raises:
        ValueError: a name that the model does not have.
    """
    first = first_names(model)
    given = shared_once(state, first)
    return {
        name: state[name] if name in state else given[first[name]] for name in places(model) if first[name] in given
    }


def places(model: nn.Module) -> Iterator[str]:
    """Yield one name for each parameter and buffer of each module; a tensor that two modules share has two."""
    for prefix, module in model.named_modules():
        for each in (module.named_parameters, module.named_buffers):
            yield from (name for name, _ in each(prefix, recurse=False, remove_duplicate=False))


def read(output: Any) -> Any:
    """Return what is scored of a model's output: `.logits` or ["logits"] where it has them, the first of a tuple.

    A tensor stands for itself, and so does any other output, such as a dict without logits: a loss of one's own may
    take it.
    """
    if isinstance(output, Tensor):
        return output
    if isinstance(getattr(output, LOGITS, None), Tensor):
        return getattr(output, LOGITS)
    if isinstance(output, Mapping) and LOGITS in output:
        return output[LOGITS]
    return read(output[0]) if isinstance(output, tuple | list) and len(output) else output


def mean_loss(loss: Loss | None, outputs: Any, targets: Any) -> Tensor:
    """Return the loss of one batch as a tensor of no axes, by default `class_loss`; values of a tensor are averaged.

    Raises:
        ValueError: as `class_loss`.
    """
    if loss is None:
        return class_loss(outputs, targets)
    value = loss(outputs, targets)
    return value.mean() if value.ndim else value


def class_loss(outputs: Any, targets: Any, reduction: str = "mean") -> Tensor:
    """Return the cross entropy in nats of outputs (N, C) and labels (N,), in at least fp32; label -100 is left out.

    Raises:
        ValueError: they are not the floating-point outputs of two or more classes and whole-number labels; on a CPU,
            a label that is none of these classes.
    """
    if not are_classes(outputs, targets):
        raise ValueError(
            "the default loss, cross entropy, needs floating-point outputs (N, C) of C >= 2 classes and whole-number "
            f"labels (N,); got outputs {_described(outputs)} and targets {_described(targets)}: give loss="
        )
    logits = outputs.float() if outputs.dtype in (torch.float16, torch.bfloat16) else outputs
    try:
        return cross_entropy(logits, targets.long(), reduction=reduction, ignore_index=IGNORED)
    except IndexError as error:  # on a CPU; to look beforehand would make a GPU wait
        raise ValueError(
            f"labels must lie in 0 to {outputs.shape[1] - 1}, as the outputs {_described(outputs)} tell"
        ) from error


def are_classes(outputs: Any, targets: Any) -> bool:
    """Return whether accuracy is defined: outputs (N, C) in floating point, C >= 2, and whole-number labels (N,)."""
    return (
        isinstance(outputs, Tensor)
        and isinstance(targets, Tensor)
        and outputs.ndim == 2
        and outputs.shape[1] > 1
        and outputs.is_floating_point()
        and targets.shape == outputs.shape[:1]
        and not (targets.is_floating_point() or targets.is_complex())
    )


def right_answers(outputs: Any, targets: Any) -> Tensor | None:
    """Return the number of labels that are the largest output of their row, of no axes; None without `are_classes`."""
    return (outputs.argmax(1) == targets).sum() if are_classes(outputs, targets) else None


def _described(value: Any) -> str:
    if isinstance(value, Tensor):
        return f"{tuple(value.shape)} {str(value.dtype).removeprefix('torch.')}"
    return type(value).__name__
