"""What DVC does for results: plots without network, a remote that saves all training, studies from their own file."""

import re
from pathlib import Path

import pytest
import yaml

from mode_connectivity.commands.study import overrides
from support.project_copy import Project


def test_plots_show_the_tables_on_a_page_without_network(finished_study: Project, tmp_path: Path) -> None:
    finished_study.run("dvc", "plots", "show", "-o", str(tmp_path / "plots"))
    page = (tmp_path / "plots" / "index.html").read_text()
    assert page.count("vegaEmbed('#") == 3
    assert not re.findall(r"<(?:script|link|img)[^>]+(?:src|href)=.?https?:", page)
    for column in ('"correction"', '"conv 3.2"', '"probe"', '"epoch"'):
        assert column in page


def test_a_clone_with_the_remote_has_nothing_to_run(finished_study: Project, tmp_path: Path) -> None:
    first = finished_study.copied(tmp_path / "first")
    remote = tmp_path / "remote"
    first.run("dvc", "remote", "add", "--default", "here", str(remote))
    first.run("git", "commit", "-qam", "remote")
    first.run("dvc", "push", "--run-cache")
    first.run("git", "clone", "-q", ".", str(tmp_path / "second"))
    second = Project.at(tmp_path / "second")
    second.run("dvc", "pull", "--run-cache")
    assert second.stages_run("dvc", "repro") == ["source"]
    assert second.run("git", "status", "--porcelain").stdout == ""
    assert second.outputs().keys() == first.outputs().keys()


@pytest.mark.slow
def test_what_was_pulled_is_synced_once(finished_study: Project, tmp_path: Path) -> None:
    copy = finished_study.copied(tmp_path)
    (copy.root / "mlflow.db").unlink()
    first = copy.run("mode-connectivity", "sync").stdout
    logged, all_results = (int(number) for number in re.findall(r"\d+", first)[:2])
    assert logged == all_results - 1  # the study itself is its parent
    assert "analysis@mid-0" in first
    assert copy.run("mode-connectivity", "sync").stdout.startswith(f"0 of {all_results} ")


def test_a_study_sets_what_differs_and_nothing_else(tmp_path: Path) -> None:
    ours = {"seeds": [0], "swap": {"pairs": 1, "given": None, "layers": {}}, "cue_endpoint": {"seeds": [0]}}
    theirs = {"seeds": [0, 1], "swap": {"pairs": 1, "given": [[3, 7]], "layers": {"deep": "features.28"}}}
    assert list(overrides(ours, theirs, "study")) == [
        "seeds=[0,1]",
        "swap.given=[[3,7]]",
        "+swap.layers.deep='features.28'",
        "cue_endpoint.seeds=[0,1]",
    ]
    with pytest.raises(ValueError, match=r"study: swap\.gone: there is no such param"):
        list(overrides(ours, {"swap": {"gone": 1}}, "study"))


def test_hydra_reads_what_a_study_sets(tmp_path: Path) -> None:
    from dvc.utils.hydra import apply_overrides
    from dvc.utils.serialize import load_yaml

    section = {"text": "0-1-2", "flag": False, "number": 1e-05, "list": ["b", "0-1-2"]}
    ours = {"a": {"text": "x", "flag": True, "number": 1.0, "list": ["a"]}, "swap": {"layers": {"old": "f.1"}}}
    theirs = {"a": section, "swap": {"layers": {"deep": "f.2"}}}
    file = tmp_path / "params.yaml"
    file.write_text(yaml.safe_dump(ours))
    apply_overrides(file, list(overrides(ours, theirs, "study")))
    assert load_yaml(str(file)) == theirs
