"""Computes loss and error on the plane through three endpoints."""

from mode_connectivity import layout
from mode_connectivity.geometry import Plane
from mode_connectivity.neuron_swap.planes import plane_record, write_plane
from mode_connectivity.params import Params
from mode_connectivity.running.stage import run
from mode_connectivity.study.study import Study
from mode_connectivity.tracking.record import Record


def main(params: Params, ends: str) -> None:
    study = Study.open(params)
    first, second, third = (int(seed) for seed in ends.split("-"))
    made_from = [layout.endpoint(seed) for seed in (first, second, third)]
    plane = Plane(*(study.load(path) for path in made_from))
    write_plane(
        study,
        plane,
        (f"seed {first}", f"seed {second}", f"seed {third}"),
        {"linear": plane.places[[0, 1, 2, 0]]},
        layout.endpoint_plane(ends),
        study.provenance("evaluation", made_from=made_from, ends=ends),
        f"the endpoints of seeds {first}, {second} and {third}",
    )


def record(params: Params, ends: str) -> Record:
    return plane_record("endpoint_plane", {"ends": ends}, layout.endpoint_plane(ends))


if __name__ == "__main__":
    run(main, record, "ends")
