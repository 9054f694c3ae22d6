"""Defines the place of every artefact, relative to the workspace root; a test checks that `dvc.yaml` names the same."""

from pathlib import Path

PARAMS = Path("params.yaml")
SOURCE = Path("data/source.json")
IMPORTS = Path("data/imports.json")
DATASET = Path("data/base.safetensors")
CUE_SOURCE = Path("data/cue_source.json")
PRETRAINED = Path("data/pretrained.json")
CUES = Path("data/cues.safetensors")
CONTACT_SHEETS = Path("reports/cues")
NEURON_SWAP = Path("reports/neuron_swap")
STATE = Path(".state")
STUDIES = Path("reports/studies")
MECHANISMS = Path("reports/mechanisms")
PAGE = Path("reports/index.html")


def endpoint(seed: int) -> Path:
    """Return the file of the trained network; its training history lies beside it."""
    return Path(f"models/endpoints/seed{seed}.safetensors")


def swapped(variant: str, seed: int) -> Path:
    """Return the file of the other end of a path; its `*_metadata.json` lies beside it."""
    return Path(f"models/swaps/{variant}-seed{seed}.safetensors")


def curve(variant: str, seed: int, replicate: int | str = 0) -> Path:
    """Return the file of the trained bends from the endpoint to its swapped variant; a replicate has other draws."""
    repeat = f"-replicate{replicate}" if replicate else ""
    return Path(f"models/curves/{variant}-seed{seed}/bends{repeat}.safetensors")


def history(checkpoint: Path) -> Path:
    """Return the file of loss and accuracy per epoch of the training that made `checkpoint`."""
    return checkpoint.with_name(f"{checkpoint.stem}_history.json")


def metadata(checkpoint: Path) -> Path:
    """Return the file that says what was swapped, why those units, and how well the function was kept."""
    return checkpoint.with_name(f"{checkpoint.stem}_metadata.json")


def analysis(variant: str, seed: int) -> Path:
    """Return the folder of what a path shows."""
    return Path(f"reports/analysis/{variant}-seed{seed}")


def regions(variant: str, seed: int) -> Path:
    """Return the folder of what training one region alone leaves, a file for each region and effort."""
    return Path(f"reports/restricted/{variant}-seed{seed}")


def restricted(variant: str, seed: int, kind: str, effort: int | str = 1) -> Path:
    """Return the file that says how high the loss rises on a path of which only a region was trained.

    `effort` is the multiple of the region's epochs.
    """
    return regions(variant, seed) / f"{kind}-{effort}.json"


def baselines(variant: str, seed: int) -> Path:
    """Return the file of what needs no training: the straight line, repaired, layer by layer, and its features."""
    return Path(f"reports/baselines/{variant}-seed{seed}.json")


def plane(of: str) -> Path:
    """Return the folder of loss and error on a plane: of a path, "mid-seed0", or of three endpoints, "0-1-2"."""
    return Path(f"reports/planes/{of}")


def state(training: str, key: str) -> Path:
    """Return the folder an unfinished training resumes from: no DVC output, and under the user's own repository."""
    return STATE / f"{training}-{key[:16]}"


def cue_endpoint(trained_on: str, seed: int) -> Path:
    """Return the file of the network trained on "cue" images or its "clean" twin; its history lies beside it."""
    return Path(f"models/cue_endpoints/{trained_on}-seed{seed}.safetensors")


def mechanism_path(pattern: str, seed: int) -> Path:
    """Return the file of a path's control points, from the cue-trained network to its clean twin."""
    return Path(f"models/mechanisms/{pattern}-seed{seed}.safetensors")


def finetuned(method: str, seed: int) -> Path:
    """Return the file of the fine-tuned cue-trained network; its history and the line to its start lie beside it."""
    return Path(f"models/finetuned/{method}-seed{seed}.safetensors")


def mechanism(pattern: str, seed: int) -> Path:
    """Return the folder of what a path between the cue-trained network and its clean twin shows."""
    return Path(f"reports/mechanism/{pattern}-seed{seed}")


def as_drawn(*pictures: str) -> tuple[str, ...]:
    """Return the files of pictures, PNG, each with its vector graphic beside it."""
    return tuple(name for picture in pictures for name in (picture, f"{Path(picture).stem}.svg"))


DISTANCES = "layer_distances_along_curve.npz"
DISPLACEMENT = "displacement.npz"
SUMMARY = "analysis_summary.json"
EVOLUTION = "layer_distances_evolution.gif"
CORRECTION = "correction_evolution.gif"
HEATMAP = "layer_distances_evolution_heatmap.png"
ALONG_PATH = "metrics_along_path.png"
PLANE = "plane.png"
PLANE_GRID = "plane.npz"
PLANE_SUMMARY = "plane.json"
BARRIERS = "barriers.png"
DISPLACEMENTS = "displacements.png"
REPORT = "report.md"
METRICS = "metrics.json"
PATHS = "paths.png"
LOSS_TABLE = "loss_along_the_path.csv"
DISTANCE_TABLE = "distance_per_layer.csv"
CONVERGENCE_TABLE = "convergence.csv"
TABLES = (LOSS_TABLE, DISTANCE_TABLE, CONVERGENCE_TABLE)
VERDICT = "verdict.json"
LAYER_MOVEMENT = "layer_movement.png"
RECOVERY = "recovery.png"
CONVERGENCE = "convergence.png"
DOSE = "dose_response.png"
BY_PAIRS = "barrier_by_pairs.png"
CORRECTIONS = "corrections.json"
RECORDS = "records.json"
NEURON_SWAP_FILES = (
    *as_drawn(BARRIERS, DISPLACEMENTS, PATHS, LAYER_MOVEMENT, RECOVERY, CONVERGENCE, DOSE, BY_PAIRS),
    CORRECTIONS,
    METRICS,
    REPORT,
    VERDICT,
    *TABLES,
)
PROBED = "probe_sets_along_path.npz"
PROBED_SUMMARY = "mechanism_summary.json"
WHILE_TUNED = "accuracy_while_tuned.png"
FROM_PRETRAINED = "paths_from_pretrained.png"
BETWEEN_TWINS = "paths_between_twins.png"
MECHANISMS_FILES = (*as_drawn(BARRIERS, WHILE_TUNED, FROM_PRETRAINED, BETWEEN_TWINS), REPORT, METRICS)
