"""What DVC does for results: plots without network, a remote that saves all training."""

import re
from pathlib import Path

import pytest

from support.project_copy import Project


def test_plots_show_the_tables_on_a_page_without_network(finished_study: Project, tmp_path: Path) -> None:
    finished_study.run("dvc", "plots", "show", "-o", str(tmp_path / "plots"))
    page = (tmp_path / "plots" / "index.html").read_text()
    assert page.count("vegaEmbed('#") >= 3
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
    assert logged == all_results
    assert "analysis@mid-0" in first
    assert copy.run("mode-connectivity", "sync").stdout.startswith(f"0 of {all_results} ")
