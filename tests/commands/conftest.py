"""Fixtures of the tests of commands."""

from collections.abc import Iterator

import pytest

from support.cheap_graph import CheapProject
from support.required import require
from support.slurm_cluster import Cluster, missing


@pytest.fixture(scope="session")
def cheap(tmp_path_factory: pytest.TempPathFactory) -> CheapProject:
    """A project of 8 stages, run one after the other: change it in a copy only."""
    project = CheapProject(tmp_path_factory.mktemp("cheap"), columns=2)
    project.run("dvc", "repro", "-q")
    return project


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    require("slurm", missing())
    cluster = Cluster(tmp_path_factory.mktemp("slurm"))
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
