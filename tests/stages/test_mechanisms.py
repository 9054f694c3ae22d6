"""The mechanisms study, run small by the real commands."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from mode_connectivity.data.sets import PROBE_SETS, CueData
from mode_connectivity.foundations import checkpoints, layout
from mode_connectivity.paths import Bezier, Linear, State
from mode_connectivity.studies.shared.path_files import bends_of
from support.in_process import run_stage
from support.project_copy import PATTERNS, Project


@pytest.fixture
def study(finished_study: Project) -> Project:
    return finished_study


def profiles(study: Project, pattern: str) -> dict[str, NDArray[np.float64]]:
    with np.load(study.root / layout.mechanism(pattern, 0) / layout.PROBED, allow_pickle=False) as arrays:
        return dict(arrays)


def controls(study: Project, pattern: str) -> list[State]:
    """The control points of a path, ends included."""
    start, end = (checkpoints.load(study.root / layout.cue_endpoint(kind, 0))[0] for kind in ("cue", "clean"))
    tensors, metadata = checkpoints.load(study.root / layout.mechanism_path(pattern, 0))
    matched = {name.removeprefix("end."): tensor for name, tensor in tensors.items() if name.startswith("end.")}
    return [start, *bends_of(tensors, metadata["path"]["bends"]), matched or end]


def test_every_path_is_scored_on_every_probe_set_at_one_point_more_than_steps(study: Project) -> None:
    sets = [f"{split}_{name}" for split in ("train", "test") for name in PROBE_SETS] + ["train_training"]
    for pattern in PATTERNS:
        found = profiles(study, pattern)
        assert found["ts"].tolist() == [0, 0.5, 1]
        assert set(found) == {"ts"} | {f"{name}_{quantity}" for name in sets for quantity in ("loss", "accuracy")}
        assert all(values.shape == (3,) and np.isfinite(values).all() for values in found.values())
        summary = json.loads((study.root / layout.mechanism(pattern, 0) / layout.PROBED_SUMMARY).read_text())
        assert set(summary["probe_sets"]) == set(sets)
        assert summary["params"]["mechanism"]["recalibrate_on"] == "cue"


def test_all_paths_have_the_same_ends_as_functions(study: Project) -> None:
    line = profiles(study, "lmc")
    for pattern in ("qmc_cue", "qmc_clean"):
        for name, values in profiles(study, pattern).items():
            assert values[[0, -1]].tolist() == line[name][[0, -1]].tolist()
    for name, values in profiles(study, "lmcp").items():
        assert np.allclose(values[[0, -1]], line[name][[0, -1]], rtol=1e-3, atol=0.011)


def test_paths_start_at_the_cue_trained_network_and_end_at_its_twin(study: Project) -> None:
    cue, clean = (checkpoints.load(study.root / layout.cue_endpoint(kind, 0))[0] for kind in ("cue", "clean"))
    assert not torch.equal(cue["features.0.weight"], clean["features.0.weight"])
    for pattern in PATTERNS:
        stored = controls(study, pattern)
        path = Linear(*stored) if len(stored) == 2 else Bezier(stored)
        assert len(stored) == (2 if pattern.startswith("lmc") else 3)
        first, last = path.at(0), path.at(1)
        for name in cue:
            assert torch.equal(first[name], cue[name])
            # Matching reorders the twin's units and changes none; every other path ends at the twin itself.
            assert torch.equal(last[name], clean[name]) or pattern == "lmcp"
            assert torch.equal(last[name].flatten().sort().values, clean[name].flatten().sort().values)
    bends = [controls(study, pattern)[1]["classifier.weight"] for pattern in ("qmc_cue", "qmc_clean")]
    assert not torch.equal(*bends)


def test_twins_differ_by_the_cue_alone(study: Project, tmp_path: Path) -> None:
    """Where no image carries the cue, both are the same network to the bit, unless each has an initialisation."""
    copy = study.copied(tmp_path)

    def twins(initialisation: str) -> list[State]:
        copy.set({"cue.proportion": 0.0, "cue_endpoint.initialisation": initialisation})
        run_stage(copy, "cue_dataset")
        run_stage(copy, "cue_endpoint --seed 0")
        return [checkpoints.load(copy.root / layout.cue_endpoint(kind, 0))[0] for kind in ("cue", "clean")]

    cue, clean = twins("shared")
    assert all(torch.equal(tensor, clean[name]) for name, tensor in cue.items())
    cue, clean = twins("own")
    assert not torch.equal(cue["features.0.weight"], clean["features.0.weight"])
    history = json.loads((study.root / layout.history(layout.cue_endpoint("clean", 0))).read_text())
    assert history["trained_on"] == "clean"
    assert set(history["scores"]["test"]) == set(PROBE_SETS)


@pytest.mark.filterwarnings("ignore")
def test_contact_sheets_and_figures_are_tracked(study: Project) -> None:
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=study.store)
    experiment = client.get_experiment_by_name("mode-connectivity")
    assert experiment is not None
    runs = {run.info.run_name: run for run in client.search_runs([experiment.experiment_id])}
    assert {f"mechanism@{p}-0" for p in PATTERNS} <= set(runs)
    sheets = {item.path for item in client.list_artifacts(runs["cue_dataset"].info.run_id)}
    assert sheets == set(layout.as_drawn(*(f"{name}.png" for name in ("training", *PROBE_SETS))))
    path = runs["mechanism@qmc_cue-0"]
    assert len(client.get_metric_history(path.info.run_id, "test_rand_cue_accuracy")) == 3
    assert path.data.params["mechanism.recalibrate_on"] == "cue"


@pytest.mark.slow
def test_another_pattern_runs_nothing_else(study: Project, tmp_path: Path) -> None:
    copy = study.copied(tmp_path)
    copy.set({"mechanism.patterns": ["lmc"]})
    assert copy.stages_run("dvc", "repro", "mechanism") == ["source"]
    copy.set({"mechanism.recalibrate_on": "clean"})
    assert copy.stages_run("dvc", "repro", "mechanism") == ["source", "mechanism@lmc-0"]
    copy.set({"cue_model.name": "vgg17"})
    done = copy.run("dvc", "repro", "mechanism", check=False)
    assert "error: model.name: no network called 'vgg17'" in done.stderr


@pytest.mark.slow
def test_dominoes_over_a_second_source(study: Project, tmp_path: Path) -> None:
    copy = study.copied(tmp_path)
    copy.set({"cue.kind": "dominoes", "cue.second": "shapes", "mechanism.patterns": ["lmc"]})
    copy.run("dvc", "repro", "mechanism")
    tensors, metadata = checkpoints.load(copy.root / layout.CUES)
    cues = CueData.from_tensors(tensors, metadata["draws"])
    assert cues.training.pixels.shape[1:] == (3, 64, 32)
    above = cues.training.pixels[:, :, :32].flatten(1).amax(1) > 0
    assert torch.equal(above, cues.carries_cue)
    assert profiles(copy, "lmc")["ts"].tolist() == [0, 0.5, 1]
    copy.set({"cue_model.name": "vgg16"})
    done = copy.run("dvc", "repro", "cue_endpoint", check=False)
    assert "error: cue_model.name: vgg16 does not take images of 3 x 64 x 32: " in done.stderr
    copy.set({"cue.second": "image_folder"})
    done = copy.run("dvc", "repro", "cue_dataset", check=False)
    assert "image_folder needs cue.second_root" in done.stderr
    copy.set({"cue.second_root": "nowhere"})
    done = copy.run("dvc", "repro", "cue_dataset", check=False)
    assert "error: cue.second_root: " in done.stderr
