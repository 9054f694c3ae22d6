"""User and password in a store's address reach the server, and no file, output or command line."""

import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from support.project_copy import SMALL, Project
from support.served_store import served

pytest.importorskip("mlflow")
pytestmark = pytest.mark.slow

SECRET = "hunter2-secret"
USER = "somebody-else"
HIDDEN = [SECRET, USER, base64.b64encode(f"{USER}:{SECRET}".encode()).decode()]


@pytest.fixture
def port(tmp_path: Path, port: int) -> Iterator[int]:
    """Where a server of MLflow answers, with all that it keeps and prints in `tmp_path`."""
    with served(tmp_path, port):
        yield port


@contextmanager
def command_lines() -> Iterator[set[str]]:
    """The command lines of all processes on this machine while the block runs."""
    seen: set[str] = set()
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(0.002):
            for process in psutil.pids():
                try:
                    seen.add(
                        Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                    )
                except OSError:
                    continue

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield seen
    finally:
        ended.set()
        looking.join()


def tells(text: str) -> bool:
    return any(word in text for word in HIDDEN)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project of four stages, of which none has run."""
    (tmp_path / "project").mkdir()
    project = Project(tmp_path / "project", SMALL | {"variants": ["early"]})
    project.keep_stages("source", "dataset", "endpoint", "swap")
    project.commit()
    return project


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_they_are_nowhere_to_be_found(project: Project, tmp_path: Path, port: int, jobs: str) -> None:
    places = [f"http://{USER}:{SECRET}@127.0.0.1:{port}", f"http://{USER}:{SECRET}@127.0.0.1:9"]
    printed = []
    with command_lines() as lines:
        for place in places:  # the second answers nothing
            project.more = {"MLFLOW_TRACKING_URI": place, "TMPDIR": str(tmp_path)}
            done = project.run("mode-connectivity", "repro", "--jobs", jobs)
            printed.append(done.stdout + done.stderr)
            for command in ("sync", "ui"):
                done = project.run("mode-connectivity", command, check=False)
                printed.append(done.stdout + done.stderr)
            project.set({"endpoint.epochs": 1})
            project.commit()
    assert "0 of 3 results were missing" in printed[1]  # so they had all reached the server
    assert any("mode_connectivity.stages swap" in line or "stage swap" in line for line in lines)
    assert [line for line in lines if tells(line)] == []
    assert [text for text in printed if tells(text)] == []
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert [file for file in files if any(word.encode() in file.read_bytes() for word in HIDDEN)] == []
