"""Computes what the straight line to a variant shows without any training: its loss, what mends it, its features."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from mode_connectivity.data.sets import ScoringBatches
from mode_connectivity.measures import NotRepairable, barrier, feature_linearity, output_moments, repair
from mode_connectivity.paths import Linear, Path, State
from mode_connectivity.paths.path import module_of
from mode_connectivity.studies.neuron_swap.against_control import (
    gap_record,
    interior_ts,
    loss_at_ends,
    profile_between,
    profile_record,
)
from mode_connectivity.studies.shared.study import Study
from mode_connectivity.training.objective import output_of

FEATURE_TS = (0.25, 0.5, 0.75)
FEATURE_IMAGES = 256
WALKED = np.linspace(0, 1, 9)


def baselines_of(study: Study, start: State, end: State) -> dict[str, Any]:
    """Return the record of all baselines of the straight line from `start` to `end`.

    The control's straight line is one point, so the gap of a baseline is its highest interior loss over the end's.
    Where REPAIR refuses the network, `repair` is missing and `not_repaired` says why.
    """
    line = Linear(start, end, parameters=study.moving(start))
    ends = loss_at_ends(study, start)
    control = profile_between(study, lambda _: start, "control", np.zeros(1)).repeated(interior_ts(study))
    profiles, refused = {"line": profile_between(study, line.at, "straight line")}, {}
    try:
        profiles["repair"] = profile_between(study, repaired(study, line), "repaired line")
    except NotRepairable as error:
        refused = {"not_repaired": str(error)}
    measured = {name: profile_record(each) | gap_record(each, control, ends) for name, each in profiles.items()}
    return {
        "ts": interior_ts(study).tolist(),
        "end_loss": ends,
        **measured,
        **refused,
        "layerwise": layerwise(study, line),
        **features(study, line),
    }


def repaired(study: Study, path: Path) -> Callable[[float], dict[str, Tensor]]:
    """Return t -> the point of `path`, its activations renormalised to the interpolated ones of the ends (REPAIR).

    Raises:
        NotRepairable: the network has weights that REPAIR cannot correct; the message names them.
    """
    images = study.sample(study.params.evaluation.recalibration)
    batches = ScoringBatches(images, study.scaling, len(images))  # one batch, so that a point costs one pass
    model = study.model()
    first, last = (output_moments(model, path.at(t), batches) for t in (0.0, 1.0))
    return lambda t: repair(model, path.at(t), t, (first, last), batches)


def layerwise(study: Study, line: Linear) -> dict[str, Any]:
    """Return the barrier of walking one layer alone, and all layers up to it together, for each layer that differs.

    The other layers stay at the start. Such a walk ends in another function where the readers of the moved units stay
    behind, so the barrier (nats) is taken over the line between the losses of its own ends (Adilova et al. 2024).
    """
    start, end = line.controls[0], line.controls[-1]
    moved = list(dict.fromkeys(module_of(name) for name in line.parameters if not torch.equal(start[name], end[name])))
    one = [_walk(study, line, {layer}, layer) for layer in moved]
    cumulative = [_walk(study, line, set(moved[: k + 1]), f"up to {layer}") for k, layer in enumerate(moved)]
    return {"layers": moved, "one": one, "cumulative": cumulative}


def _walk(study: Study, line: Linear, layers: set[str], title: str) -> float:
    start = line.controls[0]

    def at(t: float) -> Mapping[str, Tensor]:
        point = line.at(t)
        return {name: point[name] if module_of(name) in layers else start[name] for name in start}

    return barrier(WALKED, profile_between(study, at, title, WALKED).loss)


def features(study: Study, line: Linear) -> dict[str, Any]:
    """Return linearity of the features along the line, per layer, and the share of changed predictions."""
    images = study.sample(min(FEATURE_IMAGES, len(study.dataset.train)))
    inputs, model = study.scaling.apply(images.pixels), study.model()
    ends = (line.controls[0], line.controls[-1])
    each = [feature_linearity(model, line.at(t), ends, t, inputs) for t in FEATURE_TS]
    linearity = {
        "layers": each[0].layers,
        "ts": list(FEATURE_TS),
        "cosine": [at_t.cosine for at_t in each],
        "scale": [at_t.scale for at_t in each],
    }
    return {"linearity": linearity, "disagreement": _disagreement(study, line)}


@torch.no_grad()
def _disagreement(study: Study, line: Linear) -> list[float]:
    """Return the share of sampled training images that W_t classifies otherwise than the endpoint, at interior t."""
    images = study.sample(min(4 * FEATURE_IMAGES, len(study.dataset.train)))
    inputs, model = study.scaling.apply(images.pixels), study.model().eval()

    def predicted(state: State) -> Tensor:
        logits: Tensor = output_of(model, state, inputs)
        return logits.argmax(1)

    own = predicted(line.controls[0])
    return [float((predicted(line.at(float(t))) != own).double().mean()) for t in interior_ts(study)]
