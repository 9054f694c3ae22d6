"""The tracking process logs to a real store, says why it could not, and ends with the stage."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mode_connectivity.tracking import runs
from mode_connectivity.tracking.process import Tracker, Untracked
from mode_connectivity.tracking.record import Execution, Record
from mode_connectivity.tracking.runs import EXPERIMENT

mlflow = pytest.importorskip("mlflow")
pytestmark = pytest.mark.filterwarnings("ignore")

RECORD = Record("curve", {"variant": "mid", "seed": 3}, {"curve.epochs": 2, "clip": None}, {"barrier": float("nan")})


@pytest.fixture
def tracker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tracker]:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path / 'own.db'}")
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    runs.initialise()
    each = Tracker()
    yield each
    close(each)


def close(tracker: Tracker) -> None:
    process = tracker._process
    process.kill()
    process.communicate()


def only_run() -> Any:
    client = mlflow.MlflowClient(tracking_uri=runs.tracking_uri())
    (run,) = client.search_runs([client.get_experiment_by_name(EXPERIMENT).experiment_id])
    return run


def test_what_it_is_told_is_logged_as_it_is(tracker: Tracker, tmp_path: Path) -> None:
    figure = tmp_path / "figure.png"
    figure.write_bytes(b"png")
    whole = Record(RECORD.stage, RECORD.item, RECORD.params, RECORD.metrics, {"loss": [2.0, 1.0]}, [figure])
    tracker.log(whole, Execution(started=1e9, seconds=1.5, metrics={"seconds": 1.5}, status="KILLED"))
    run = only_run()
    assert run.info.run_name == "curve@mid-3"
    assert run.info.status == "KILLED"
    assert run.data.params == {"curve.epochs": "2", "clip": "None"}
    assert run.data.metrics["seconds"] == 1.5
    assert (run.info.start_time, run.info.end_time) == (10**12, 10**12 + 1500)
    assert run.data.metrics["loss"] == 1.0
    artifacts = Path(run.info.artifact_uri.removeprefix("file://"))
    assert (artifacts / "figure.png").read_bytes() == b"png"


def test_why_it_could_not_is_said_and_the_next_run_is_logged(tracker: Tracker) -> None:
    with pytest.raises(Untracked, match=r"nowhere\.png"):
        tracker.log(Record("curve", {}, {}, files=[Path("nowhere.png")]))
    assert only_run().info.status == "FAILED"
    tracker.log(RECORD)


INTERRUPTED = """
import signal
from mode_connectivity.tracking.process import tracker
from mode_connectivity.tracking.record import Record
signal.signal(signal.SIGINT, signal.default_int_handler)  # which a shell's background ignores
try:
    tracker().log(Record("curve", {}, {}, series={f"distance/{k}": [0.0] * 1000 for k in range(200)}))
except KeyboardInterrupt:
    print(tracker()._process.poll())
"""


def test_a_run_that_is_interrupted_while_it_is_logged_ends_as_killed(tracker: Tracker) -> None:
    store = mlflow.MlflowClient(tracking_uri=runs.tracking_uri())
    (experiment,) = [each.experiment_id for each in store.search_experiments() if each.name == EXPERIMENT]
    with subprocess.Popen([sys.executable, "-c", INTERRUPTED], stdout=subprocess.PIPE, text=True) as stage:
        while stage.poll() is None and not store.search_runs([experiment]):
            time.sleep(0.05)
        stage.send_signal(signal.SIGINT)
        assert stage.communicate(timeout=60)[0] == "0\n"
    assert only_run().info.status == "KILLED"


def test_a_process_that_ended_is_no_reason_to_wait(tracker: Tracker) -> None:
    tracker._process.kill()
    tracker._process.wait()
    with pytest.raises(Untracked, match="ended"):
        tracker.log(RECORD)


STAGE = """
import os, sys, time
from mode_connectivity.tracking.process import tracker
print(tracker()._process.pid, flush=True)
{end}
"""


@pytest.mark.parametrize("end", ["time.sleep(60)", "os._exit(0)", "sys.exit('error')"])
def test_it_ends_with_the_stage_whatever_ends_that(end: str) -> None:
    command = [sys.executable, "-c", STAGE.format(end=end)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as stage:
        assert stage.stdout is not None
        pid = int(stage.stdout.readline())
        if "sleep" in end:
            stage.send_signal(signal.SIGKILL)
    for _ in range(300):
        if not alive(pid):
            return
        time.sleep(0.1)
    pytest.fail("the tracking process outlived its stage")


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"
