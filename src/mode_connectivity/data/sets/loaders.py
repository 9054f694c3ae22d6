"""Defines the batches that training and scoring take, and brings those of a stranger's loader to a device."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor

from mode_connectivity.foundations.devices import sent

TARGETS = "labels"  # the key of the targets in a batch that is a dict, as Hugging Face's collators name it


class Batches(Protocol):
    """Yields batches, anew in each pass: a `DataLoader`, a list of pairs, or our own batches.

    A batch is a pair (inputs, targets), a longer tuple (inputs..., targets), or a dict whose "labels" are the targets
    and whose other entries are the inputs. Inputs are a tensor, a tuple of positional or a dict of keyword arguments.
    """

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[Any]: ...


def inputs_and_targets(batch: Any) -> tuple[Any, Any]:
    """Return inputs and targets of one batch, see `Batches`.

    Raises:
        ValueError: a batch of another form.
    """
    if isinstance(batch, Mapping):
        if TARGETS not in batch or len(batch) < 2:
            raise ValueError(
                f'a batch that is a dict needs inputs and "{TARGETS}"; it has {", ".join(map(str, batch))}'
            )
        return {name: value for name, value in batch.items() if name != TARGETS}, batch[TARGETS]
    if not isinstance(batch, tuple | list) or len(batch) < 2:
        found = f"{type(batch).__name__} of {len(batch)}" if isinstance(batch, tuple | list) else type(batch).__name__
        raise ValueError(f"a batch must be (inputs, targets), (inputs..., targets) or a dict, got a {found}")
    *inputs, targets = batch
    return inputs[0] if len(inputs) == 1 else tuple(inputs), targets


def examples(batch: Any) -> int:
    """Return how many examples are in a structure of tensors: the size of the first tensor's first axis.

    Raises:
        ValueError: there is no tensor in it, or one of no axes stands first.
    """
    first = next(_tensors(batch), None)
    if first is None or first.ndim == 0:
        raise ValueError(
            f"cannot tell how many examples a batch has: its {type(batch).__name__} holds no tensor (N, ...)"
        )
    return len(first)


@dataclass(frozen=True)
class OnDevice:
    """Yields (inputs, targets) of `batches` on `device`, tensors within tuples and dicts too."""

    batches: Batches
    device: torch.device

    def __len__(self) -> int:
        return len(self.batches)

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        for batch in self.batches:
            inputs, targets = inputs_and_targets(batch)
            yield on_device(inputs, self.device), on_device(targets, self.device)


def on_device(value: Any, device: torch.device) -> Any:
    """Return `value` with the tensors in its tuples, lists and dicts on `device`, and whatever else has a `to`."""
    if isinstance(value, Tensor):
        return sent(value, device)
    if isinstance(value, Mapping):
        return {name: on_device(each, device) for name, each in value.items()}
    if hasattr(value, "to"):  # packed sequences, graphs
        return value.to(device)
    if isinstance(value, tuple | list):
        return tuple(on_device(each, device) for each in value)
    return value


def _tensors(value: Any) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, Mapping | tuple | list):
        for each in value.values() if isinstance(value, Mapping) else value:
            yield from _tensors(each)
