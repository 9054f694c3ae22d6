"""Scores a path: every probe set at every point, in one visit to each point."""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, Protocol

from torch import Tensor, nn
from tqdm import tqdm

from mode_connectivity.data.sets import Batches
from mode_connectivity.foundations.precision import Precision
from mode_connectivity.measures.metrics import Metrics, Score, score
from mode_connectivity.measures.point import device_of
from mode_connectivity.measures.profile import Floats, Profile
from mode_connectivity.measures.recalibration import recalibrate
from mode_connectivity.models import bare, has_statistics
from mode_connectivity.training.objective import Loss

Recalibration = Batches | Literal[False] | None


class Along(Protocol):
    """Gives a state dict at every t in [0, 1], as a `Path` does."""

    def at(self, t: float, /) -> Mapping[str, Tensor]: ...


def sweep(
    model: nn.Module,
    path: Along | Callable[[float], Mapping[str, Tensor]],
    ts: Sequence[float] | Floats,
    probe_sets: Mapping[str, Batches],
    *,
    loss: Loss | None = None,
    metrics: Metrics | None = None,
    precision: Precision | None = None,
    recalibration: Recalibration = None,
    title: str = "path",
) -> dict[str, Profile]:
    """Return the profile of each probe set along a path, or along `path(t)`, its state dict at t.

    A probe set is any iterable of batches that starts anew in each pass, such as a `DataLoader`; see `Batches`. Of
    loss and metrics see `score`: without `loss` it is cross entropy. A model with running statistics has them
    recomputed on `recalibration`, by default the probe set called "train", at every point, the ends included; False
    leaves those that the path gives. The model's own weights, buffers and modes stay as they were. All runs on the
    path's device.

    Raises:
        ValueError: the model keeps running statistics and no batches to recompute them were given; no batches; outputs
            and targets that the default loss does not take; a state dict with a name that the model does not have.
    """
    at = path if callable(path) else path.at
    model = bare(model)
    batches = probe_sets.get("train") if recalibration is None else recalibration
    if batches is None and has_statistics(model):
        raise ValueError(
            "a network with running statistics needs batches to recompute them: recalibration= or a probe set "
            'called "train"; recalibration=False leaves those of the path'
        )
    scores: dict[str, list[Score]] = {name: [] for name in probe_sets}
    for t in tqdm(ts, desc=title, unit="point", disable=None):
        state = at(float(t))
        used = Precision(device=device_of(state).type) if precision is None else precision
        if batches is not None and batches is not False and has_statistics(model):
            with used.in_use():
                state = recalibrate(model, state, batches)
        for name, probes in probe_sets.items():
            scores[name].append(score(model, state, probes, used, loss=loss, metrics=metrics))
    return {name: Profile.of(ts, each) for name, each in scores.items()}
