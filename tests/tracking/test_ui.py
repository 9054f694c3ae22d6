"""The addresses of `mode-connectivity ui` open on what they name, in a browser that sees this machine alone."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mode_connectivity.tracking import runs
from mode_connectivity.tracking.record import Execution, Record
from support.browser import chromium, chromium_path, visit
from support.served_store import wait_for

pytest.importorskip("mlflow")
pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.slow]

# MLflow asks who is logged in, also where nobody need be, and its charts are resized while they are drawn.
ITS_OWN = ("Failed to load resource: the server responded with a status of 404 (Not Found)", "ResizeObserver loop")
STUDY = Execution(study="0123456789abcdef", data="digits", started=1e9, seconds=60.0)


@pytest.fixture
def addresses(tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """A served store with a study of three variants at two seeds."""
    chromium_path()
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    runs.initialise()
    runs.log(Record("source", {}, {"seeds": (0, 1)}), STUDY)
    for variant in ("control", "early", "mid"):
        for seed in (0, 1):
            barrier = {"millinats/curve train": 0.5 + seed}
            series = {"distance/05 conv 3.2": [0.0, 1.0 + seed, 2.0], "loss/curve train": [0.1, 0.2, 0.1]}
            runs.log(Record("analysis", {"variant": variant, "seed": seed}, {}, barrier, series), STUDY)
    runs.log(Record("report", {}, {}, headlines={"millinats/curve mid": 0.625}), STUDY)
    monkeypatch.setenv("PATH", "/usr/bin:/bin")  # called by its path, in no environment
    words = [str(Path(sys.executable).parent / "mode-connectivity"), "ui", "--port", str(port)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=tmp_path) as served:
        try:
            assert served.stdout is not None
            lines = [served.stdout.readline().strip() for _ in range(6)]
            wait_for(f"http://127.0.0.1:{port}/health")
            monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{port}")
            yield dict(zip((line.rstrip(":") for line in lines[::2]), lines[1::2], strict=True))
        finally:
            served.terminate()


def test_they_open_on_runs_grouped_charts_and_the_comparison(addresses: dict[str, str]) -> None:
    texts = {
        "runs": ["study 012345", "millinats/curve train", "millinats/curve mid"],
        "paths, grouped by variant": ["Group: mid", "Group: control", "Group: early", "distance/05 conv 3.2"],
        "paths compared": ["Comparing 6 Runs from 1 Experiment"],
    }
    assert list(addresses) == list(texts)
    with chromium() as browser:
        for title, wanted in texts.items():
            with visit(browser, addresses[title], viewport={"width": 1600, "height": 1100}) as seen:
                for text in wanted:
                    seen.page.get_by_text(text).first.wait_for(state="attached")
                assert (
                    seen.page.get_by_text("Unassigned").count() == 0
                )  # as the run of the study would be, without a variant
            assert [error for error in seen.errors if not any(own in error for own in ITS_OWN)] == []
            assert seen.foreign == []


def test_files_of_another_machine_arrive(
    addresses: dict[str, str], tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another folder stands for the machine: it knows the server's address alone."""
    assert addresses
    there = tmp_path_factory.mktemp("there")
    monkeypatch.setenv("DVC_ROOT", str(there))
    (there / "figure.png").write_bytes(b"png of another machine")
    runs.log(Record("swap", {"variant": "mid", "seed": 7}, {}, files=[there / "figure.png"]), STUDY)
    assert [file.name for file in there.rglob("*")] == ["figure.png"]
    client, experiment = runs.connect()
    (run,) = client.search_runs([experiment], "tags.seed = '7'")
    (stored,) = (tmp_path / runs.ARTIFACTS).rglob(f"{run.info.run_id}/**/figure.png")
    assert stored.read_bytes() == b"png of another machine"
    assert [each.path for each in client.list_artifacts(run.info.run_id)] == ["figure.png"]
