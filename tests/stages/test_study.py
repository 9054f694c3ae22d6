"""The real dvc.yaml, run small in a copy of its own, by the real commands."""

import json
import shutil
import subprocess
from pathlib import Path

import imageio.v3 as imageio
import numpy as np
import pytest
import torch
import yaml

from mode_connectivity.foundations import checkpoints, layout
from support.code_imports import ROOT
from support.in_process import params_with, run_stage
from support.project_copy import METHODS, PATTERNS, Project


@pytest.fixture
def study(finished_study: Project) -> Project:
    """A finished study; a test that changes it does so in its own copy."""
    return finished_study


def test_one_process_without_dvc_gives_the_bytes_of_the_pipeline(study: Project, tmp_path: Path) -> None:
    """A new process for every stage, side by side, left what one process leaves that runs them in turn."""
    stages = yaml.safe_load((study.root / "dvc.lock").read_text())["stages"]
    again = Project.at(tmp_path)
    shutil.copy(study.root / layout.PARAMS, tmp_path)
    for folder in ("reports/baselines", "reports/restricted"):
        (tmp_path / folder).mkdir(parents=True)
    for stage in stages.values():
        run_stage(again, stage["cmd"].removeprefix("sh src/scripts/stage "))

    def results(project: Project) -> dict[str, bytes]:
        return {name: content for name, content in project.outputs().items() if "/.git" not in name}

    assert results(again) == results(study)


def test_the_table_of_experiments_shows_the_barriers(study: Project) -> None:
    make = ["make", "--no-print-directory", "-n", "-o", ".venv/.ready", "table"]  # also below make test
    command = subprocess.run(make, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()[-1]
    heading = study.run("sh", "-c", f"{command} --csv").stdout.splitlines()[0].split(",")
    # Of each swap the straight line's: the bend's is next to none, and the control's line is a point.
    assert set(heading) == {
        "Experiment",
        "mid.linear_train_loss_barrier",
        "test_accuracy",
        "seeds",
        "swap.pairs",
    }


def test_the_promised_files_hold_the_promised_things(study: Project) -> None:
    folder = study.root / layout.analysis("mid", 0)
    with np.load(folder / layout.DISTANCES, allow_pickle=False) as arrays:
        assert arrays["ts"].tolist() == [0, 0.25, 0.5, 0.75, 1]
        assert arrays["raw_l2"].shape == arrays["relative"].shape == (5, 16)
        assert arrays["layers"][0] == "features.0"
        assert (arrays["raw_l2"][0] == 0).all()
        swapped, consumer = (arrays["layers"].tolist().index(f"features.{k}") for k in (12, 14))
        moved = set(np.nonzero(arrays["raw_l2"][-1])[0].tolist())
        assert moved == {swapped, consumer}
        # The ends are one function, so the straight line is as high at t as at 1 - t.
        loss = arrays["linear_train_loss"]
        assert np.allclose(loss, loss[::-1], rtol=1e-4)
    assert len(imageio.imread(folder / layout.EVOLUTION, index=None)) == 5
    summary = json.loads((folder / layout.SUMMARY).read_text())
    assert summary["swapped_layer"] == "features.12"
    metadata = json.loads((study.root / layout.metadata(layout.swapped("mid", 0))).read_text())
    assert metadata["layer"] == "features.12"
    assert len(metadata["pairs"]) == 1
    assert metadata["verification"]["test_set"]["images"] == 50
    assert metadata["verification"]["test_set"]["relative_difference"] < 1e-9
    assert metadata["distance_to_original"] > metadata["pairs"][0]["distance"]
    assert "chord_barrier" not in metadata  # the analysis alone says how high the straight line runs
    report = (study.root / layout.NEURON_SWAP / layout.REPORT).read_text()
    assert "| mid | 0 | conv 3.2 |" in report
    assert "What this does not show" in report


def test_the_verdict_of_one_seed_claims_nothing_beyond_it(study: Project) -> None:
    found = json.loads((study.root / layout.NEURON_SWAP / layout.VERDICT).read_text())
    assert found["seeds"] == [0]
    assert found["depths"]["mid"]["verdict"] is None  # no region was trained
    movement = found["variants"]["mid"]["movement"]
    assert all(each["interval"] is None for each in movement.values() if isinstance(each, dict) and "interval" in each)
    assert len(movement["layers"]["corrected"][0]) == len(found["layers"]) == 16
    assert movement["chance_over_ends"] is None
    assert movement["fan_out"]["mean"] == 16 * 9
    text = (study.root / layout.NEURON_SWAP / layout.REPORT).read_text()
    assert "| mid | conv 3.2 | " in text
    assert "1 endpoint seed is fewer than 7" in text
    with np.load(study.root / layout.analysis("mid", 0) / layout.DISPLACEMENT, allow_pickle=False) as arrays:
        assert arrays["energy"].sum() == pytest.approx(movement["displacement"]["mean"] ** 2)
        assert arrays["slice_parameters"].sum() == 2 * (16 * 9 + 1) + 2 * 16 * 9
        assert arrays["units_features.12"].shape == (16,)
        assert arrays["orbit_total"][-1] == 0


@pytest.mark.slow
def test_replicates_are_added_beside_the_curves_and_share_draws_between_variants(
    study: Project, tmp_path: Path
) -> None:
    copy = study.copied(tmp_path)
    copy.set({"curve.replicates": [1], "locality.margin": 1e-9})
    ran = copy.stages_run("dvc", "repro", "report")
    assert {"curve@control-0", "curve@mid-0", "report"} <= set(ran)
    first, again = (checkpoints.load(copy.root / layout.curve("mid", 0, k))[0] for k in (0, 1))
    assert any(not torch.equal(first[name], again[name]) for name in first)
    found = json.loads((copy.root / layout.NEURON_SWAP / layout.VERDICT).read_text())
    assert found["replicates"] == 2
    movement = found["variants"]["mid"]["movement"]
    assert movement["chance_over_ends"]["mean"] > 0
    before = (study.root / layout.analysis("mid", 0) / layout.SUMMARY).read_bytes()
    assert (copy.root / layout.analysis("mid", 0) / layout.SUMMARY).read_bytes() == before


def test_the_control_stays_where_the_endpoint_is(study: Project) -> None:
    endpoint, _ = checkpoints.load(study.root / layout.endpoint(0))
    control, metadata = checkpoints.load(study.root / layout.swapped("control", 0))
    assert all((tensor == control[name]).all() for name, tensor in endpoint.items())
    assert metadata["layer"] is None
    with np.load(study.root / layout.analysis("control", 0) / layout.DISTANCES) as arrays:
        assert len(set(arrays["linear_test_loss"].tolist())) == 1
        assert np.allclose(arrays["raw_l2"], arrays["raw_l2"][::-1], atol=1e-12)


def test_nothing_runs_again_but_the_look_at_the_source(study: Project) -> None:
    assert study.stages_run("dvc", "repro") == ["source"]
    assert study.run("git", "status", "--porcelain").stdout == ""


def test_results_name_no_time_place_or_commit(study: Project) -> None:
    commit = study.run("git", "rev-parse", "HEAD~1").stdout.strip()
    for name, content in study.outputs().items():
        for secret in (commit, str(study.root), study.root.name):
            assert secret.encode() not in content, name


@pytest.mark.filterwarnings("ignore")
def test_every_stage_left_one_whole_run(study: Project) -> None:
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=study.store)
    experiment = client.get_experiment_by_name("mode-connectivity")
    assert experiment is not None
    runs = client.search_runs([experiment.experiment_id])
    names = [run.info.run_name for run in runs]
    items = [f"{stage}@{variant}-0" for stage in ("swap", "curve", "analysis") for variant in ("control", "mid")]
    mechanisms = ["cue_dataset", "cue_endpoint@0", "mechanism_report"]
    mechanisms += [f"mechanism@{pattern}-0" for pattern in PATTERNS]
    mechanisms += [f"finetune@{method}-0" for method in METHODS]
    single = ["dataset", "endpoint@0", "report", "page"]
    assert sorted(names) == sorted([*single, *items, *mechanisms])
    assert {run.info.status for run in runs} == {"FINISHED"}
    assert len({run.data.tags["study"] for run in runs}) == 1
    (analysis,) = [run for run in runs if run.info.run_name == "analysis@mid-0"]
    assert analysis.data.tags["variant"] == "mid"
    assert analysis.data.tags["stage"] == "analysis"
    assert analysis.data.params["swap.pairs"] == "1"
    assert len(analysis.data.metrics) <= 40
    history = client.get_metric_history(analysis.info.run_id, "distance/06 conv 3.2")
    assert [point.step for point in history] == [0, 1, 2, 3, 4]
    artifacts = {item.path for item in client.list_artifacts(analysis.info.run_id)}
    assert {layout.EVOLUTION, layout.HEATMAP, layout.ALONG_PATH, layout.SUMMARY, layout.DISTANCES} <= artifacts
    (endpoint,) = [run for run in runs if run.info.run_name == "endpoint@0"]
    assert len(client.get_metric_history(endpoint.info.run_id, "epoch/loss")) == 2


def test_experiments_keep_their_runs_wherever_they_are_run(study: Project, tmp_path: Path) -> None:
    from mlflow import MlflowClient

    copy = study.copied(tmp_path)
    copy.run("dvc", "exp", "run", "--temp", "-S", "analysis.fps=5", "--name", "slower", "analysis@mid-0")
    shown = copy.run("dvc", "exp", "show", "--json").stdout
    assert "slower" in shown
    assert "linear_train_loss_barrier" in shown
    client = MlflowClient(tracking_uri=copy.store)
    experiment = client.get_experiment_by_name("mode-connectivity")
    assert experiment is not None
    runs = client.search_runs([experiment.experiment_id], "tags.`dvc.experiment` = 'slower'")
    (analysis,) = runs
    assert analysis.info.run_name == analysis.data.tags["dvc.stage"] == "analysis@mid-0"
    assert (Path(analysis.info.artifact_uri.removeprefix("file://")) / layout.EVOLUTION).is_file()


def test_bad_params_stop_in_one_line(study: Project, tmp_path: Path) -> None:
    copy = study.copied(tmp_path)
    copy.set({"swap.pairs": 30})
    done = copy.run("dvc", "repro", "swap@mid-0", check=False)
    assert done.returncode != 0
    assert "error: swap.pairs: features.12: 30 pair(s) need 60 units, the layer has" in done.stderr
    assert "Traceback" not in done.stderr
    assert len([line for line in done.stderr.splitlines() if line.startswith("error:")]) == 1
    assert not list(copy.root.rglob("*.partial"))


def test_data_that_are_not_there_are_named(tmp_path: Path) -> None:
    params_with(tmp_path, {"dataset.source": "image_folder", "dataset.root": "nowhere"})
    with pytest.raises(ValueError, match="nowhere holds no files under train/ and test/"):
        run_stage(Project.at(tmp_path), "source")


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
def test_a_gpu_that_is_not_there_is_named(study: Project, tmp_path: Path) -> None:
    copy = study.copied(tmp_path)
    copy.set({"compute.device": "cuda"})
    with pytest.raises(ValueError, match=r"^compute\.device: cuda was asked for and there is none"):
        run_stage(copy, "swap --variant mid --seed 0")


@pytest.mark.parametrize("damage", ["missing", "truncated", "another network"])
def test_a_damaged_checkpoint_is_named(study: Project, tmp_path: Path, damage: str) -> None:
    copy = study.copied(tmp_path)
    path = copy.root / layout.endpoint(0)
    content = path.read_bytes()
    path.unlink()
    if damage == "truncated":
        path.write_bytes(content[:-10])
    elif damage == "another network":
        copy.set({"model.width": 0.125})
        path.write_bytes(content)
    target = copy.root / layout.curve("mid", 0)
    before = target.read_bytes()
    with pytest.raises(ValueError, match=f"^{layout.endpoint(0)}: ") as caught:
        run_stage(copy, "curve --variant mid --seed 0")
    assert "\n" not in str(caught.value)
    assert target.read_bytes() == before


def test_a_dead_tracking_server_costs_no_result(study: Project, tmp_path: Path) -> None:
    copy = study.copied(tmp_path)
    target = copy.root / layout.swapped("mid", 0)
    before = target.read_bytes()
    target.unlink()
    stage = "MLFLOW_TRACKING_URI=http://127.0.0.1:9 sh src/scripts/stage swap --variant mid --seed 0"
    done = copy.run("sh", "-c", stage)
    assert "warning: the result is safe, but was not tracked" in done.stderr
    assert target.read_bytes() == before
