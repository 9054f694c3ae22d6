"""The mechanisms study can be turned off, and its seeds are a list of their own."""

import json
from pathlib import Path

from mode_connectivity.foundations import layout
from support.project_copy import Project

OFF: dict[str, object] = {"mechanism.patterns": [], "finetune.methods": [], "cue_endpoint.seeds": []}


def test_without_seeds_of_its_own_nothing_of_it_trains(finished_study: Project, tmp_path: Path) -> None:
    copy = finished_study.copied(tmp_path)
    copy.set(OFF)
    assert "cue_endpoint" not in copy.run("dvc", "stage", "list", "--name-only").stdout
    copy.run("sh", "src/scripts/stage", "mechanism_report")
    assert "`cue_endpoint.seeds` is empty" in (copy.root / layout.MECHANISMS / layout.REPORT).read_text()


def test_its_seeds_change_no_result_of_the_others(finished_study: Project, tmp_path: Path) -> None:
    copy = finished_study.copied(tmp_path)
    copy.set({"cue_endpoint.seeds": [0, 1]})
    stale = set(json.loads(copy.run("dvc", "status", "--json").stdout))
    assert {"cue_endpoint@1", "mechanism@lmc-1", "finetune@naive-1", "mechanism_report"} <= stale
    assert not {"cue_endpoint@0", "mechanism@lmc-0", "finetune@naive-0", "endpoint@0"} & stale
