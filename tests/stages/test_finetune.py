"""Fine-tuning and the report of the mechanisms study, run small by the real commands."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from mode_connectivity.data.sets import PROBE_SETS, CueData
from mode_connectivity.foundations import checkpoints, layout
from support.in_process import run_stage
from support.project_copy import METHODS, PATTERNS, Project

HEAD = {"classifier.weight", "classifier.bias"}


@pytest.fixture
def study(finished_study: Project) -> Project:
    return finished_study


def history(study: Project, method: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((study.root / layout.history(layout.finetuned(method, 0))).read_text())
    return found


def weights(study: Project, method: str) -> dict[str, torch.Tensor]:
    return checkpoints.load(study.root / layout.finetuned(method, 0))[0]


def test_every_epoch_and_every_point_of_the_line_is_scored_on_every_probe_set(study: Project) -> None:
    for method, epochs in zip(METHODS, (1, 1, 1, 2, 2, 1), strict=True):
        found = history(study, method)
        assert len(found["epochs"]) == epochs
        assert found["path"]["ts"] == [0, 0.5, 1]
        for name in PROBE_SETS:
            accuracy, scores = found["accuracy"][name], found["scores"]
            assert len(accuracy) == epochs + 1
            assert (accuracy[0], accuracy[-1]) == (
                scores["pretrained"][name]["accuracy"],
                scores["tuned"][name]["accuracy"],
            )
            assert len(found["path"]["sets"][name]["loss"]) == 3
        assert found["images"] == {"clean": 20} | ({"cue": 160} if method == "cbft" else {})


def test_methods_move_what_they_say_they_move(study: Project) -> None:
    start, _ = checkpoints.load(study.root / layout.cue_endpoint("cue", 0))
    moved = {
        method: {n for n, t in weights(study, method).items() if not torch.equal(t, start[n])} for method in METHODS
    }
    assert moved["llrt"] == HEAD
    for method in ("naive", "naive_large", "lpft", "cbft", "scratch"):
        assert moved[method] == set(start), method


def test_clean_images_are_none_that_a_pretraining_saw(study: Project) -> None:
    tensors, metadata = checkpoints.load(study.root / layout.CUES)
    cues = CueData.from_tensors(tensors, metadata["draws"]).for_network(0)
    seen = {image.numpy().tobytes() for images in cues.train_sets.values() for image in images.pixels}
    assert len(cues.clean) == 40
    assert not any(image.numpy().tobytes() in seen for image in cues.clean.pixels)


def test_own_params_alone_are_written_beside_a_result(study: Project) -> None:
    params = history(study, "cbft")["params"]
    assert set(params["finetune"]) == {"cbft", "n_clean", "n_cue"}
    assert set(history(study, "naive")["params"]["finetune"]) == {"naive", "n_clean"}
    assert set(params["mechanism"]) == {"n_interpolations", "recalibrate_on"}
    assert "cue_endpoint" in params


def test_the_report_holds_every_network_path_and_sign(study: Project) -> None:
    text = (study.root / layout.MECHANISMS / layout.REPORT).read_text()
    for name in ("cue-trained", "clean twin", *METHODS):
        assert f"\n| {name} | " in text
    for name in (
        *(f"{pattern} to the clean twin" for pattern in PATTERNS),
        *(f"straight line to {method}" for method in METHODS),
    ):
        assert f"\n| {name} | " in text
    signs_targets_and_paths = 5 + 5 + len(PATTERNS) + len(METHODS)
    assert text.count("| points, no test |") == signs_targets_and_paths
    assert "With 1 seed each number stands for itself; no interval or test is given below six." in text
    metrics = json.loads((study.root / layout.MECHANISMS / layout.METRICS).read_text())
    assert set(metrics["accuracy"]) == {"cue_trained", "clean_twin", *METHODS}
    assert metrics["accuracy"]["naive"]["cue"] == history(study, "naive")["scores"]["tuned"]["cue"]["accuracy"]


@pytest.mark.filterwarnings("ignore")
def test_all_of_it_is_tracked(study: Project) -> None:
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=study.store)
    experiment = client.get_experiment_by_name("mode-connectivity")
    assert experiment is not None
    runs = {run.info.run_name: run for run in client.search_runs([experiment.experiment_id])}
    assert {f"finetune@{method}-0" for method in METHODS} <= set(runs)
    cbft = runs["finetune@cbft-0"]
    assert len(client.get_metric_history(cbft.info.run_id, "epoch/rand_image_accuracy")) == 3
    assert len(client.get_metric_history(cbft.info.run_id, "path/cue_loss")) == 3
    assert cbft.data.params["finetune.cbft.level"] == "1.5"
    report = runs["mechanism_report"]
    assert {item.path for item in client.list_artifacts(report.info.run_id)} == set(layout.MECHANISMS_FILES)


@pytest.mark.slow
def test_a_method_runs_again_alone(study: Project, tmp_path: Path) -> None:
    copy = study.copied(tmp_path)
    copy.set({"finetune.cbft.invariance": False})
    assert copy.stages_run("dvc", "repro", "mechanism_report") == ["source", "finetune@cbft-0", "mechanism_report"]
    copy.set({"finetune.methods": []})
    assert copy.stages_run("dvc", "repro", "mechanism_report") == ["source", "mechanism_report"]
    text = (copy.root / layout.MECHANISMS / layout.REPORT).read_text()
    assert "\n| clean twin | " in text
    assert "naive |" not in text


def test_a_model_given_by_path_is_fine_tuned_in_place_of_our_own(study: Project, tmp_path: Path) -> None:
    copy = study.copied(tmp_path)
    own, _ = checkpoints.load(copy.root / layout.cue_endpoint("cue", 0))
    save_file(own, copy.root / "given0.safetensors")
    copy.set({"finetune.model": "given{seed}.safetensors", "finetune.methods": ["naive"]})
    for stage in ("source", "finetune --method naive --seed 0", "mechanism_report"):
        run_stage(copy, stage)
    assert all(torch.equal(tensor, weights(study, "naive")[name]) for name, tensor in weights(copy, "naive").items())
    assert len(history(copy, "naive")["pretrained_sha256"]) == 64
    assert "\n| pretrained | " in (copy.root / layout.MECHANISMS / layout.REPORT).read_text()
    looked = (copy.root / layout.PRETRAINED).read_bytes()
    save_file({name: tensor + 0.01 for name, tensor in own.items()}, copy.root / "given0.safetensors")
    run_stage(copy, "source")
    assert (copy.root / layout.PRETRAINED).read_bytes() != looked  # on which the fine-tuning depends


def test_what_cannot_be_tuned_is_named(study: Project, tmp_path: Path) -> None:
    copy = study.copied(tmp_path)
    copy.set({"finetune.model": "nowhere{seed}.pt", "finetune.methods": ["naive"]})
    with pytest.raises(ValueError, match=r"nowhere0\.pt: no such file"):
        run_stage(copy, "source")
    copy.set({"finetune.model": None, "finetune.n_clean": 41})
    with pytest.raises(ValueError, match=r"^finetune\.n_clean: 41 asks for 41 of 40 images; lower it or raise"):
        run_stage(copy, "finetune --method naive --seed 0")
