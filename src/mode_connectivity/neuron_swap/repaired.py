"""Makes the points of a path whose activations are renormalised (REPAIR)."""

from collections.abc import Callable

from torch import Tensor

from mode_connectivity.datasets import ScoringBatches
from mode_connectivity.evaluation import output_moments, repair
from mode_connectivity.paths import Path
from mode_connectivity.study.study import Study


def repaired(study: Study, path: Path) -> Callable[[float], dict[str, Tensor]]:
    """Return t -> the point of `path`, its activations renormalised to the interpolated ones of the ends."""
    images = study.sample(study.params.evaluation.recalibration)
    batches = ScoringBatches(images, study.scaling, len(images))  # one batch, so that a point costs one pass
    model = study.model()
    first, last = (output_moments(model, path.at(t), batches) for t in (0.0, 1.0))
    return lambda t: repair(model, path.at(t), t, (first, last), batches)
