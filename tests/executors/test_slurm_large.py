"""Large graphs on a real Slurm: many minutes of jobs, so CI leaves them out."""

from pathlib import Path

import pytest

from support.cheap_graph import CheapProject
from support.on_cluster import ended, on_cluster, ours
from support.project_copy import Project, without_results
from support.slurm_cluster import Cluster

pytestmark = pytest.mark.slow


def test_a_hundred_stages(cluster: Cluster, tmp_path: Path) -> None:
    project = CheapProject(tmp_path / "project", columns=33)
    sequential = project.copied(tmp_path / "sequential")
    sequential.run("dvc", "repro", "-q")
    on_cluster(project, cluster)
    assert "100 stages submitted" in ours(project, "submit")
    assert set(ended(project, seconds=1800).values()) == {"COMPLETED"}
    assert (project.root / "dvc.lock").read_bytes() == (sequential.root / "dvc.lock").read_bytes()
    assert project.outputs() == sequential.outputs()


def test_both_studies_on_two_nodes(finished_study: Project, cluster: Cluster, tmp_path: Path) -> None:
    project = without_results(finished_study, tmp_path / "project", lock=False)
    on_cluster(project, cluster)
    ours(project, "submit")
    assert set(ended(project, seconds=3600).values()) == {"COMPLETED"}, ours(project, "status")
    assert project.outputs() == finished_study.outputs()
    assert (project.root / "dvc.lock").read_bytes() == (finished_study.root / "dvc.lock").read_bytes()
