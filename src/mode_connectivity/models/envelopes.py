"""Finds the sets of weights that a checkpoint holds, whatever it wraps around them."""

from collections.abc import Iterator, Mapping

import torch
from torch import Tensor

KNOWN = ("model_state", "model_state_dict", "state_dict", "model", "net", "network", "weights", "params")
OTHERS = ("optim", "sched", "scaler", "callback", "loop")  # of such states none is a network's weights
DEPTH = 3
WRAPPERS = ("module.", "_orig_mod.")  # of DataParallel and AveragedModel, and of torch.compile
State = dict[str, object]


def sets_of_weights(held: Mapping[str, object], key: str | None = None) -> dict[str, State]:
    """Return place -> state dict for each that `held` is or holds, the likeliest first; "" is the place of `held`.

    A place names keys, joined by dots: "state_dict" or "ema.module". Only that of `key` is returned where given. The
    tensors ask for no gradients. Where nothing looks like weights, `held` itself is returned.

    Raises:
        ValueError: nothing that looks like weights lies at `key`; the message names the places that there are.
    """
    found = {place: _detached(state) for place, state in sorted(_within(held, ""), key=lambda each: _rank(*each))}
    if key is None:
        return found or {"": _detached(held)}
    if key not in found:
        raise ValueError(f"no weights at {key!r}; there are {', '.join(map(repr, found)) or 'none'}")
    return {key: found[key]}


def unwrapped(held: Mapping[str, object], key: str | None = None) -> State:
    """Return the likeliest state dict that `held` is or holds, less leading "module." and "_orig_mod.".

    Raises:
        ValueError: two sets of weights with the same names and other values, such as the plain and the averaged ones,
            and no `key` that chooses.
    """
    sets = {
        place: {_without_wrappers(name): value for name, value in state.items()}
        for place, state in sets_of_weights(held, key).items()
    }
    first, *others = sets
    one_of([first, *(place for place in others if sets[place].keys() == sets[first].keys())], sets)
    return sets[first]


def one_of(places: list[str], sets: Mapping[str, Mapping[str, object]]) -> str:
    """Return the first of the places, all of which would do.

    Raises:
        ValueError: the values at another of them are not the same.
    """
    first, *others = places
    for other in others:
        if not all(equal(value, sets[other].get(name)) for name, value in sets[first].items()):
            raise ValueError(
                f"several sets of weights: {', '.join(place or 'the file itself' for place in places)}; "
                f"choose one by its key, in the name of a file as in FILE:{other or first}"
            )
    return first


def equal(one: object, other: object) -> bool:
    """Return whether two values of a state dict are the same: tensors of one type, shape and values, or no tensors."""
    if isinstance(one, Tensor) and isinstance(other, Tensor):
        return one.dtype == other.dtype and one.shape == other.shape and torch.equal(one, other)
    return type(one) is type(other)


def _within(held: Mapping[str, object], place: str, depth: int = 0) -> Iterator[tuple[str, Mapping[str, object]]]:
    if not all(isinstance(key, str) for key in held):  # a state of an optimiser counts its tensors
        return
    tensors = [value for value in held.values() if isinstance(value, Tensor)]
    if 2 * len(tensors) > len(held) and any(tensor.ndim for tensor in tensors):
        yield place, held
    for key, value in held.items():
        if isinstance(value, Mapping) and depth < DEPTH and not any(word in key.lower() for word in OTHERS):
            yield from _within(value, f"{place}.{key}" if place else key, depth + 1)


def _rank(place: str, state: Mapping[str, object]) -> tuple[bool, int, int]:
    keys = place.split(".")
    return len(keys) > 1, KNOWN.index(keys[0]) if keys[0] in KNOWN else len(KNOWN), -len(state)


def _detached(state: Mapping[str, object]) -> State:
    return {str(name): value.detach() if isinstance(value, Tensor) else value for name, value in state.items()}


def _without_wrappers(name: str) -> str:
    while name.startswith(WRAPPERS):
        name = name.partition(".")[2]
    return name
