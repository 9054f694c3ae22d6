"""A rerun means something: which stages an edit of each room makes stale, by DVC's own word."""

import json
from pathlib import Path

import pytest

from support.code_imports import PACKAGE
from support.project_copy import Project

CURVES = {"curve"}
TRAINED = {"endpoint", "cue_endpoint", "mechanism", "finetune"} | CURVES
READS_NETWORKS = TRAINED | {"swap", "analysis", "report"}
DRAWN = {"analysis", "report", "cue_dataset", "mechanism_report", "page"}
DATA = {"dataset", "cue_dataset"}
REPORTS = {"report", "mechanism_report", "page"}

# An edited file of the package -> the stages that `dvc status` names beside `source`, which it always does; the small
# study trains no region by itself, which stands with the stages that read networks.
STALE: dict[str, set[str]] = {
    "foundations/atomic.py": READS_NETWORKS | DATA | REPORTS,
    "params/training.py": set(),
    "data/sources/image_folder.py": DATA,
    "data/sets/batches.py": READS_NETWORKS | DATA,
    "models/vgg.py": READS_NETWORKS,
    "training/loop.py": READS_NETWORKS,
    "symmetry/apply.py": READS_NETWORKS - CURVES,
    "paths/kinds.py": READS_NETWORKS,
    "measures/gram.py": READS_NETWORKS - CURVES,
    "statistics/verdicts.py": REPORTS,
    "finetuning/cbft.py": {"finetune"},
    "plots/animation.py": DRAWN,
    "tracking/runs.py": set(),
    "studies/shared/scoring.py": READS_NETWORKS | DATA,
    "studies/neuron_swap/curves.py": {"swap", "curve", "analysis", "report"},
    "studies/analysis/movement.py": {"analysis", "report", "page"},
    "studies/mechanisms/patterns.py": {"cue_endpoint", "mechanism", "finetune"},
    "reports/neuron_swap/movement.py": REPORTS,
    "stages/curve.py": {"curve"},
    "commands/analyse.py": set(),
}

# What `dvc status` does for each stage, but for those dependencies alone that hold the edited file, which is quicker.
STATUS = """
import json, pathlib, sys
from dvc.repo import Repo
stale = {}
with Repo(".") as repo:
    assert set(repo.status()) == {"source"}
    for name in json.loads(sys.argv[1]):
        file = pathlib.Path("src/mode_connectivity", name).resolve()
        text = file.read_text()
        file.write_text(text + "\\n# edited\\n")
        changed = {
            stage.addressing.partition("@")[0]
            for stage in repo.index.stages
            for dep in stage.deps
            if file.is_relative_to(dep.fs_path) and dep.workspace_status()
        }
        stale[name] = sorted(changed - {"source"})
        file.write_text(text)
print(json.dumps(stale))
"""


def test_every_room_is_in_the_table() -> None:
    rooms = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").is_file()}
    assert {name.split("/")[0] for name in STALE} == rooms


@pytest.fixture(scope="module")
def copy(finished_study: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    return finished_study.copied(tmp_path_factory.mktemp("edited"))


def test_an_edit_makes_stale_what_the_table_says(copy: Project) -> None:
    done = copy.run("python", "-W", "ignore", "-c", STATUS, json.dumps(list(STALE)))
    stale = {name: set(stages) for name, stages in json.loads(done.stdout.splitlines()[-1]).items()}
    assert stale == STALE


def test_a_param_makes_stale_what_depends_on_it(copy: Project) -> None:
    def stale(changes: dict[str, object]) -> set[str]:
        copy.set(changes)
        stages = json.loads(copy.run("dvc", "status", "--json").stdout)
        return {stage.partition("@")[0] for stage in stages} - {"source"}

    assert stale({}) == set()
    assert stale({"analysis.fps": 5}) == {"analysis", "page"}  # which shows all params
    assert stale({"analysis.fps": 10, "swap.pairs": 2}) == {"swap", "report", "page"}
    assert Path(copy.root / "params.yaml").is_file()
