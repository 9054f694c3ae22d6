"""Fixtures that all tests share; tests run side by side, one thread each."""

import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from filelock import FileLock

from support.code_imports import ROOT, SRC
from support.project_copy import FINISHED, Project

torch.set_num_threads(1)
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as in a shell's background, and inherited by what tests start
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def finished_study(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Project:
    """A small finished study of both kinds, made once and read by many tests: change it in a copy only."""
    own = tmp_path_factory.getbasetemp()
    shared = own if worker_id == "master" else own.parent
    with FileLock(shared / "finished-study.lock"):
        root, whole = shared / "finished-study", shared / "finished-study.whole"
        if not whole.exists():
            project = Project(root, FINISHED)
            ours = f"PYTHONPATH={SRC}:{ROOT / 'tests'}"
            project.run("env", ours, "python", "-m", "support.finished", str(root))
            project.commit()
            whole.touch()
    return Project.at(root)


@pytest.fixture
def port() -> int:
    """A port of this machine at which nobody answers yet."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that read the finished study: they take longest, and one process should not end alone."""
    long = {item.path for item in items if "finished_study" in getattr(item, "fixturenames", ())}
    items.sort(key=lambda item: item.path not in long)


@pytest.fixture(autouse=True)
def same_folder() -> Iterator[None]:
    """Fail a test that leaves the process in another folder, where later tests would find no repository."""
    before = Path.cwd()
    yield
    assert Path.cwd() == before
