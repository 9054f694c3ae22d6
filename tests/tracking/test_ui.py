"""The address of `mode-connectivity ui` opens on the runs, in a browser that sees this machine alone."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mode_connectivity.commands.main import main
from mode_connectivity.tracking import runs
from mode_connectivity.tracking.record import Execution, Record
from support.browser import chromium, chromium_path, visit
from support.served_store import wait_for

pytest.importorskip("mlflow")
pytestmark = pytest.mark.filterwarnings("ignore")

# MLflow asks who is logged in, also where nobody need be, and its charts are resized while they are drawn.
ITS_OWN = ("Failed to load resource: the server responded with a status of 404 (Not Found)", "ResizeObserver loop")
STUDY = Execution(study="mine", data="digits", started=1e9, seconds=60.0)


def test_a_port_that_is_taken_is_one_line_before_any_address(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SystemExit, match=f"^error: --port {port}: Address already in use; take another port$"):
            main(["ui", "--port", str(port)])
    assert capsys.readouterr().out == ""


@pytest.fixture
def address(tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """That of a served store with a study of three variants at two seeds."""
    chromium_path()
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    for variant in ("control", "early", "mid"):
        for seed in (0, 1):
            runs.log(Record("analysis", {"variant": variant, "seed": seed}, {}, {"barrier": 0.5 + seed}), STUDY)
    monkeypatch.setenv("PATH", "/usr/bin:/bin")  # called by its path, in no environment
    words = [str(Path(sys.executable).parent / "mode-connectivity"), "ui", "--port", str(port)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=tmp_path) as served:
        try:
            assert served.stdout is not None
            lines = [served.stdout.readline().strip() for _ in range(4)]
            wait_for(f"http://127.0.0.1:{port}/health")
            yield lines[1]
        finally:
            served.terminate()


@pytest.mark.slow
def test_it_opens_on_all_runs_flat(address: str) -> None:
    with chromium() as browser, visit(browser, address, viewport={"width": 1600, "height": 1100}) as seen:
        for variant in ("control", "early", "mid"):
            for seed in (0, 1):
                seen.page.get_by_text(f"analysis@{variant}-{seed}").first.wait_for(state="attached")
    assert [error for error in seen.errors if not any(own in error for own in ITS_OWN)] == []
    assert seen.foreign == []
