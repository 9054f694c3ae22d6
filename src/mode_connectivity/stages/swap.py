"""Makes the other end of a path, and measures what the straight line to it shows without any training."""

from typing import Any

from mode_connectivity.foundations import checkpoints, layout
from mode_connectivity.foundations.atomic import write_json
from mode_connectivity.foundations.reading import read_json
from mode_connectivity.foundations.summation import length
from mode_connectivity.measures import end_distance
from mode_connectivity.params import Params
from mode_connectivity.params.variants import RESEEDS
from mode_connectivity.paths import Linear, State
from mode_connectivity.studies.neuron_swap.baselines import baselines_of
from mode_connectivity.studies.neuron_swap.other_ends import twin, verified
from mode_connectivity.studies.neuron_swap.swap_metadata import named
from mode_connectivity.studies.neuron_swap.variants import move
from mode_connectivity.studies.shared.study import Study
from mode_connectivity.studies.shared.symmetry import symmetry_of
from mode_connectivity.tracking.record import Record

BASELINES = ("line", "repair")


def main(params: Params, variant: str, seed: int) -> None:
    study = Study.open(params)
    original = study.load(layout.endpoint(seed))
    other, metadata = (_twin if variant in RESEEDS else _swapped)(study, variant, seed, original)
    metadata["distance_to_original"] = length(end_distance(Linear(original, other, parameters=study.moving(original))))
    path = layout.swapped(variant, seed)
    write_json(layout.metadata(path), metadata)
    checkpoints.save(path, other, metadata)
    facts = study.provenance("evaluation", made_from=[layout.endpoint(seed), path], variant=variant, seed=seed)
    write_json(layout.baselines(variant, seed), {**facts, **baselines_of(study, original, other)})


def _swapped(study: Study, variant: str, seed: int, original: State) -> tuple[State, dict[str, Any]]:
    moved = move(study, variant, original)
    if moved.permutation is None:
        swapped = {name: tensor.clone() for name, tensor in original.items()}
    else:
        swapped = symmetry_of(study).apply(original, moved.permutation)
    sections = () if moved.permutation is None else ("swap",)
    return swapped, {
        **study.provenance(*sections, made_from=[layout.endpoint(seed)], variant=variant, seed=seed),
        **named(symmetry_of(study), moved.layer),
        "pairs": moved.pairs,
        "verification": verified(study, original, swapped),
    }


def _twin(study: Study, variant: str, seed: int, original: State) -> tuple[State, dict[str, Any]]:
    sections = ("augmentation", "endpoint", "swap")
    facts = study.provenance(*sections, made_from=[layout.endpoint(seed)], variant=variant, seed=seed)
    state, made = twin(study, variant, seed, original)
    return state, {**facts, "layer": None, "pairs": [], **made}


def record(params: Params, variant: str, seed: int) -> Record:
    files = [layout.metadata(layout.swapped(variant, seed)), layout.baselines(variant, seed)]
    metadata, baselines = map(read_json, files)
    metrics = {"distance_to_original": metadata["distance_to_original"]}
    for where, check in metadata.get("verification", {}).items():
        metrics |= {f"{where}/{key}": float(value) for key, value in check.items()} if isinstance(check, dict) else {}
    kinds = [kind for kind in BASELINES if kind in baselines]
    for kind in kinds:
        metrics |= {f"{kind}/{name}": baselines[kind][name] for name in ("gap", "mean_gap", "height")}
    return Record.of_result(
        metadata,
        {"layer": metadata["layer"]},
        metrics=metrics,
        series={f"loss/{kind}": baselines[kind]["loss"] for kind in kinds},
        files=files,
    )
