"""The place of every artefact, relative to the root of the workspace. `dvc.yaml` names the same; a test holds it."""

from pathlib import Path

PARAMS = Path("params.yaml")
SOURCE = Path("data/source.json")
IMPORTS = Path("data/imports.json")
DATASET = Path("data/base.safetensors")
CUE_SOURCE = Path("data/cue_source.json")
PRETRAINED = Path("data/pretrained.json")
CUES = Path("data/cues.safetensors")
CONTACT_SHEETS = Path("reports/cues")
COMPARISON = Path("reports/comparison")
STATE = Path(".state")
LOCALITY = Path("reports/locality")
MECHANISMS = Path("reports/mechanisms")


def endpoint(seed: int) -> Path:
    """The trained network; its training history lies beside it."""
    return Path(f"models/endpoints/seed{seed}.safetensors")


def swapped(variant: str, seed: int) -> Path:
    """The other end of a path; its `*_metadata.json` lies beside it."""
    return Path(f"models/swaps/{variant}-seed{seed}.safetensors")


def curve(variant: str, seed: int, replicate: int | str = 0) -> Path:
    """The trained bend of the path from the endpoint to its swapped variant; a replicate is it again, other draws."""
    repeat = f"-replicate{replicate}" if replicate else ""
    return Path(f"models/curves/{variant}-seed{seed}{repeat}.safetensors")


def history(checkpoint: Path) -> Path:
    """Loss and accuracy per epoch of the training that made `checkpoint`."""
    return checkpoint.with_name(f"{checkpoint.stem}_history.json")


def metadata(checkpoint: Path) -> Path:
    """What was swapped, why those units, and how well the function was kept."""
    return checkpoint.with_name(f"{checkpoint.stem}_metadata.json")


def analysis(variant: str, seed: int) -> Path:
    """Folder of what a path shows."""
    return Path(f"reports/analysis/{variant}-seed{seed}")


def restricted(variant: str, seed: int, kind: str) -> Path:
    """How low a path runs of which only a part was trained."""
    return Path(f"reports/restricted/{variant}-seed{seed}-{kind}.json")


def plane(variant: str, seed: int) -> Path:
    """Folder of loss and error on the plane through the ends of a path and its bend."""
    return Path(f"reports/planes/{variant}-seed{seed}")


def endpoint_plane(ends: str) -> Path:
    """Folder of the same through three endpoints; `ends` are their seeds, "0-1-2"."""
    return Path(f"reports/planes/endpoints-{ends}")


def state(training: str, key: str) -> Path:
    """Folder of what an unfinished training needs to go on; in no out, and under the user's own repository."""
    return STATE / f"{training}-{key[:16]}"


def cue_endpoint(trained_on: str, seed: int) -> Path:
    """The network trained on "cue" images or its "clean" twin; its training history lies beside it."""
    return Path(f"models/cue_endpoints/{trained_on}-seed{seed}.safetensors")


def mechanism_path(pattern: str, seed: int) -> Path:
    """The control points of a path from the cue-trained network to its clean twin."""
    return Path(f"models/mechanisms/{pattern}-seed{seed}.safetensors")


def finetuned(method: str, seed: int) -> Path:
    """The cue-trained network fine-tuned by a method; its history and the line back to its start lie beside it."""
    return Path(f"models/finetuned/{method}-seed{seed}.safetensors")


def mechanism(pattern: str, seed: int) -> Path:
    """Folder of what such a path shows."""
    return Path(f"reports/mechanism/{pattern}-seed{seed}")


DISTANCES = "layer_distances_along_curve.npz"
DISPLACEMENT = "displacement.npz"
SUMMARY = "analysis_summary.json"
EVOLUTION = "layer_distances_evolution.gif"
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
COMPARISON_FILES = (BARRIERS, DISPLACEMENTS, PATHS, REPORT, METRICS)
VERDICT = "verdict.json"
VERDICT_TEXT = "verdict.md"
LAYER_MOVEMENT = "layer_movement.png"
ENERGY_SHARES = "energy_shares.png"
RESTRICTED_CURVES = "restricted_curves.png"
LOCALITY_FILES = (VERDICT, VERDICT_TEXT, LAYER_MOVEMENT, ENERGY_SHARES, RESTRICTED_CURVES)
PROBED = "probe_sets_along_path.npz"
PROBED_SUMMARY = "mechanism_summary.json"
PROBED_FIGURE = "probe_sets_along_path.png"
WHILE_TUNED = "accuracy_while_tuned.png"
FROM_PRETRAINED = "paths_from_pretrained.png"
BETWEEN_TWINS = "paths_between_twins.png"
MECHANISMS_FILES = (WHILE_TUNED, FROM_PRETRAINED, BETWEEN_TWINS, REPORT, METRICS)
