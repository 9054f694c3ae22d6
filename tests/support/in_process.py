"""A small study whose stages run in this process, without DVC and tracking: seconds instead of minutes."""

from contextlib import chdir
from pathlib import Path

import yaml

from mode_connectivity.foundations import layout
from mode_connectivity.foundations.stopping import complete
from mode_connectivity.params import Params
from mode_connectivity.stages import curve, dataset, endpoint, source, swap
from mode_connectivity.stages.running import read_items, stage_named
from support.code_imports import ROOT
from support.project_copy import SMALL, Project


def params_with(folder: Path, changes: dict[str, object]) -> Params:
    """The params of the project with those of a small study and `changes`, as the file in `folder`."""
    values = yaml.safe_load((ROOT / "params.yaml").read_text())
    for key, value in (SMALL | changes).items():
        *sections, leaf = key.split(".")
        place = values
        for section in sections:
            place = place[section]
        place[leaf] = value
    (folder / "params.yaml").write_text(yaml.safe_dump(values))
    return Params.load(folder / "params.yaml")


def run_up_to_curves(params: Params) -> None:
    """All that paths need, in the current folder."""
    source.main(params)
    dataset.main(params)
    for seed in params.seeds:
        endpoint.main(params, seed)
        for variant in params.variants:
            swap.main(params, variant, seed)
            curve.main(params, variant, seed)


def run_stage(project: Project, command: str) -> None:
    """Run one stage of the project to its end, such as `curve --variant mid --seed 0`; its errors are raised."""
    name, *words = command.split()
    with chdir(project.root):
        params = Params.load(layout.PARAMS)
        stage_named(name).main(params, *read_items(params, words).values())
        complete()
