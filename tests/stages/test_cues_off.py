"""The mechanisms study can be turned off, and its seeds are a list of their own."""

from pathlib import Path

from mode_connectivity import layout
from support.project_copy import Project

OFF: dict[str, object] = {"mechanism.patterns": [], "finetune.methods": [], "cue_endpoint.seeds": []}


def test_without_seeds_of_its_own_nothing_of_it_trains(finished_study: Project, tmp_path: Path) -> None:
    copy = finished_study.copied(tmp_path)
    copy.set(OFF)
    assert copy.stages_run("dvc", "repro") == ["source", "mechanism_report", "page"]
    assert "`cue_endpoint.seeds` is empty" in (copy.root / layout.MECHANISMS / layout.REPORT).read_text()
    assert not list((copy.root / layout.cue_endpoint("cue", 0)).parent.glob("*.safetensors"))


def test_its_seeds_change_no_result_of_the_others(finished_study: Project, tmp_path: Path) -> None:
    copy = finished_study.copied(tmp_path)
    before = copy.outputs()
    copy.set(OFF | {"mechanism.patterns": ["lmc"], "cue_endpoint.seeds": [0, 1]})
    planned = copy.stages_run("dvc", "repro", "--dry")
    assert {"cue_endpoint@1", "mechanism@lmc-1"} <= set(planned)
    assert not {"cue_endpoint@0", "mechanism@lmc-0", "endpoint@1"} & set(planned)
    assert copy.outputs() == before
