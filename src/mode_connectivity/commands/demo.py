"""Runs a tiny study in a folder of its own, from nothing to an animation and the page, and says what came out."""

import argparse
import os
import shutil
import time
from pathlib import Path
from typing import Any

EXAMPLE = "  mode-connectivity demo"
FOLDER = Path(".state/demo")
SEED, VARIANTS = 0, ("control", "mid")
TINY: dict[str, Any] = {
    "seeds": [SEED],
    "variants": list(VARIANTS),
    "dataset": {"source": "digits", "train_size": 600, "test_size": 200},
    "model": {"name": "vgg16", "width": 0.125, "batch_norm": False},
    "endpoint": {"epochs": 8, "imported": None},
    "curve": {"epochs": 4, "replicates": []},
    "analysis": {"points": 31, "scored_points": 7},
    "restricted": {"variants": []},
    "plane": {"of": []},
    "cue_endpoint": {"seeds": []},
    "mechanism": {"patterns": []},
    "finetune": {"methods": []},
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add nothing: a demonstration has one way to go."""


def run(given: argparse.Namespace) -> None:
    """Run the stages one after the other, without DVC and tracking; no result of the workspace is touched."""
    from mode_connectivity.foundations import layout
    from mode_connectivity.params import Params
    from mode_connectivity.stages import analysis, curve, dataset, endpoint, page, report, source, swap

    started = time.monotonic()
    home = _into_folder(layout.PARAMS)
    params = Params.load(layout.PARAMS)
    source.main(params)
    dataset.main(params)
    endpoint.main(params, SEED)
    for variant in VARIANTS:
        for stage in (swap, curve, analysis):
            stage.main(params, variant, SEED)
    report.main(params)
    page.main(params)
    _tell(home, time.monotonic() - started)


def _into_folder(params: Path) -> Path:
    """Go into a fresh folder with the tiny params; return where we came from."""
    import yaml

    if not params.is_file():
        raise ValueError(f"{params}: no such file; run from the root of the project")
    values = yaml.safe_load(params.read_text())
    for section, changes in TINY.items():
        values[section] = values[section] | changes if isinstance(changes, dict) else changes
    home = Path.cwd()
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    os.chdir(FOLDER)
    os.environ.pop("DVC_ROOT", None)
    params.write_text(yaml.safe_dump(values))
    return home


def _tell(home: Path, seconds: float) -> None:
    from mode_connectivity.foundations import layout
    from mode_connectivity.studies.analysis.summary import read_summary

    mid = read_summary("mid", SEED)
    layer = next(each["title"] for each in mid.layers if each["layer"] == mid.layer)
    line, curve = (1000 * path["train"]["loss_barrier"] for path in (mid.line, mid.curve))
    accuracy = mid.curve["test"]["accuracy_at_ends"][0]
    neurons = 2 * len(mid.movement.get("pairs") or ())
    folder = Path.cwd().relative_to(home)
    print(
        f"\nA network that reads {accuracy:.0%} of the test digits, and the same network with {neurons} neurons of "
        f"{layer} swapped: the straight line between the two rises by {line:.2f} millinats, the trained curve by "
        f"{curve:.2f}."
    )
    print(f"animation: {folder / layout.analysis('mid', SEED) / layout.EVOLUTION}")
    print(f"page:      {folder / layout.PAGE}")
    print(f"({seconds:.0f} s; a demonstration, too small to show anything)")
