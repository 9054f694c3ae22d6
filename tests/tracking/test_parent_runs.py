"""A study has one run above those of its stages; what lacks is logged once; a moved clone writes to itself."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from mode_connectivity.tracking import runs
from mode_connectivity.tracking.along_path import LAYERS, distance_series
from mode_connectivity.tracking.record import Execution, Record, opening

mlflow = pytest.importorskip("mlflow")
np = pytest.importorskip("numpy")
pytestmark = pytest.mark.filterwarnings("ignore")

STUDY = Execution(study="0123456789abcdef", experiment="two-pairs", data="digits", started=1e9, seconds=60.0)
SOURCE = Record("source", {}, {"seeds": (0, 1)})
CURVE = Record("curve", {"variant": "mid", "seed": 3}, {"data_sha256": "a" * 64}, {"barrier": 0.25}, {"loss": [1.0]})
REPORT = Record("report", {}, {}, headlines={"millinats/curve mid": 0.5}, answer="Local at every depth.")


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    return at(tmp_path / "clone", monkeypatch)


def at(root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone at `root`, set up."""
    root.mkdir(exist_ok=True)
    monkeypatch.setenv("DVC_ROOT", str(root))
    runs.initialise()
    return root


def logged() -> dict[str, Any]:
    client, experiment = runs.connect()
    return {run.info.run_name: run for run in client.search_runs([experiment])}


def test_stages_stand_below_one_run_that_shows_the_answer(clone: Path) -> None:
    for record in (CURVE, SOURCE, SOURCE, REPORT):  # the curve, while the study's own run could not be logged
        runs.log(record, STUDY)
    found = logged()
    assert set(found) == {"two-pairs", "curve@mid-3 (two-pairs)", "report (two-pairs)"}
    study, curve = found["two-pairs"], found["curve@mid-3 (two-pairs)"]
    assert curve.data.tags["mlflow.parentRunId"] == study.info.run_id
    assert curve.info.end_time - curve.info.start_time == 60_000
    (data,) = curve.inputs.dataset_inputs
    assert (data.dataset.name, data.dataset.digest) == ("digits", "a" * 16)
    assert study.data.params == {"seeds": "(0, 1)"}
    assert study.data.metrics == {"millinats/curve mid": 0.5}
    assert study.data.tags["mlflow.note.content"].startswith("Local at every depth.")
    assert study.info.status == "FINISHED"


def test_what_lacks_is_logged_once_and_what_broke_off_is_replaced(clone: Path, tmp_path: Path) -> None:
    runs.log(CURVE, STUDY)
    figure = tmp_path / "figure.png"
    broken = Record("swap", {"seed": 0}, {}, files=[figure])
    figure.write_bytes(b"png")
    client, experiment = runs.connect()
    client.create_run(experiment, tags={"stage": "swap", "result": broken.key})
    wanted = [SOURCE, CURVE, broken, REPORT]
    assert runs.log_missing(wanted, STUDY) == ["swap@0", "report"]
    assert runs.log_missing(wanted, STUDY) == []
    found = client.search_runs([experiment])
    assert sorted(run.data.tags["stage"] for run in found) == ["curve", "report", "study", "swap"]
    figure.write_bytes(b"other")
    assert runs.log_missing(wanted, STUDY) == ["swap@0"]


@pytest.mark.parametrize("way", ["mv", "cp"])
def test_a_clone_that_was_moved_or_copied_writes_to_itself(
    clone: Path, way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    figure = tmp_path / "figure.png"
    figure.write_bytes(b"png")
    record = Record("curve", {"seed": 0}, {}, files=[figure])
    runs.log(record, STUDY)
    there = tmp_path / "there"
    (shutil.move if way == "mv" else shutil.copytree)(str(clone), str(there))
    before = sorted(clone.rglob("*"))
    at(there, monkeypatch)
    runs.log(record, STUDY)
    assert sorted(clone.rglob("*")) == before
    client, experiment = runs.connect()
    found = client.search_runs([experiment])
    assert len(found) == 2
    for run in found:
        stored = Path(run.info.artifact_uri.removeprefix("file://")) / "figure.png"
        assert stored.is_relative_to(there)
        assert stored.read_bytes() == b"png"


def test_a_report_answers_from_its_table_on() -> None:
    assert (
        opening("# Title\n\nWhat is asked.\n\n| depth |\n\n- **mid**: local.\n\n## More\n")
        == "| depth |\n\n- **mid**: local."
    )
    assert opening("# Title\n\nAll of it.\n") == "All of it."


def test_names_of_series_sort_as_layers_do_and_are_few() -> None:
    titles = [f"conv {k}" for k in range(1, 42)]
    series = distance_series(titles, np.zeros((3, 41)))
    assert len(series) == LAYERS
    assert list(series) == sorted(series)
    assert next(iter(series)) == "distance/01 conv 1"
    assert list(series)[-1] == "distance/41 conv 41"
