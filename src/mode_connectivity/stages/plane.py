"""Computes loss and error on the plane through the two ends of a path and its bend."""

import numpy as np

from mode_connectivity import layout
from mode_connectivity.geometry import Plane
from mode_connectivity.neuron_swap.planes import plane_record, write_plane
from mode_connectivity.params import Params
from mode_connectivity.running.stage import run
from mode_connectivity.study.path_files import load_path
from mode_connectivity.study.study import Study
from mode_connectivity.tracking.record import Record

DRAWN = 61  # points of the path's line in the figure


def main(params: Params, variant: str, seed: int) -> None:
    study = Study.open(params)
    start, end = study.load(layout.endpoint(seed)), study.load(layout.swapped(variant, seed))
    curve = load_path(study, start, layout.curve(variant, seed), end)
    if len(curve.controls) != 3:
        raise ValueError(f"plane: a path of {len(curve.controls) - 2} bends lies in no plane; take curve.bends=1")
    plane = Plane(start, end, curve.controls[1])
    # A path's weights are in the order of its control points, the plane's in that of its corners.
    weights = np.array([curve.weights(t) for t in np.linspace(0, 1, DRAWN).tolist()])[:, [0, 2, 1]]
    made_from = [layout.endpoint(seed), layout.swapped(variant, seed), layout.curve(variant, seed)]
    write_plane(
        study,
        plane,
        ("original", "other end", "bend"),
        {"curve": plane.curve(weights), "linear": plane.places[:2]},
        layout.plane(variant, seed),
        study.provenance("evaluation", made_from=made_from, variant=variant, seed=seed),
        f"the ends and the bend ({variant}, seed {seed})",
    )


def record(params: Params, variant: str, seed: int) -> Record:
    return plane_record("plane", {"variant": variant, "seed": seed}, layout.plane(variant, seed))


if __name__ == "__main__":
    run(main, record, "variant", "seed")
