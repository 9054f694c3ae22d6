"""Restricted paths beside their controls, planes, and the figures of the verdict, on a small study."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from mode_connectivity.foundations import layout
from mode_connectivity.params import Params, ParamsError
from mode_connectivity.plots.style import nothing_to_draw, save_figure
from mode_connectivity.stages import (
    analysis,
    endpoint,
    plane,
    report,
    restricted,
    source,
    swap,
)
from support.in_process import params_with, run_up_to_curves

KINDS = ["slices", "placebo_slices", "placebo_entries", "outside", "all", "affine", "units_0.5", "entries_0.01"]
CHANGES: dict[str, object] = {
    "restricted.kinds": KINDS,
    "restricted.variants": ["mid"],
    "restricted.points": 3,
    "restricted.efforts": [1, 2],
    "plane.of": ["mid-seed0"],
    "plane.points": 3,
    "analysis.metric": ["raw_l2", "relative"],
    "dataset.train_size": 100,
    "curve.learning_rate": 0.05,
    "swap.verify": "quick",
}


@pytest.fixture(scope="module")
def params(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Params]:
    folder = tmp_path_factory.mktemp("study")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        params = params_with(folder, CHANGES)
        run_up_to_curves(params)
        restricted.main(params, "mid", 0)
        yield params


def found(kind: str) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(layout.restricted("mid", 0, kind).read_text())
    return record


def _recipe(record: dict[str, Any]) -> dict[str, Any]:
    recipe: dict[str, Any] = record["params"]["restricted"]["recipe"]
    return recipe


def test_records_hold_the_gap_to_the_control_at_the_same_interior_points(params: Params) -> None:
    for kind in KINDS:
        record = found(kind)
        swap, control = (np.array(record["losses"][role]["train"]["loss"]) for role in ("swap", "control"))
        assert record["ts"] == [0.25, 0.5, 0.75]
        assert record["gap"] == pytest.approx((swap - control).max(), abs=1e-8)  # figures have ten digits
        assert record["mean_gap"] == pytest.approx((swap - control).mean(), abs=1e-8)
        assert record["height"] == pytest.approx(swap.max() - record["end_loss"], abs=1e-8)
        assert record["layer"] == "features.12"
        assert (record["restrict"], record["effort"]) == (kind, 1)
        assert restricted.record(params, "mid", 0).metrics[f"{kind}/gap"] == record["gap"]


def test_a_second_control_gives_the_noise_floor_and_the_whole_curve_is_cut(params: Params) -> None:
    record = found("all")
    second, control = (np.array(record["losses"][role]["train"]["loss"]) for role in ("second_control", "control"))
    assert record["floor"]["gap"] == pytest.approx((second - control).max(), abs=1e-8)
    assert record["floor"]["gap"] != 0
    assert set(record["cut"]) == {"slices", "outside"}
    assert "floor" not in found("slices")


def test_twice_the_effort_is_twice_the_epochs_trained_anew(params: Params) -> None:
    once = found("slices")
    twice = json.loads(layout.restricted("mid", 0, "slices", 2).read_text())
    assert _recipe(twice)["epochs"] == 2 * _recipe(once)["epochs"]
    assert twice["losses"] != once["losses"]


def test_baselines_hold_the_line_its_repair_and_its_layers(params: Params) -> None:
    record = json.loads(layout.baselines("mid", 0).read_text())
    line = np.array(record["line"]["loss"])
    assert np.allclose(line, line[::-1], rtol=1e-4)  # a swap undoes itself, so the line is symmetric in t
    assert record["line"]["gap"] == pytest.approx(line.max() - record["end_loss"])
    assert record["layerwise"]["layers"] == ["features.12", "features.14"]
    assert record["layerwise"]["cumulative"][-1] == pytest.approx(record["line"]["gap"], abs=2e-3)
    cosine = np.array(record["linearity"]["cosine"])
    assert cosine.shape == (3, len(record["linearity"]["layers"])) == (3, 16)
    assert np.allclose(cosine[:, :5], 1)  # nothing differs before the swapped layer
    assert (cosine[:, -1] < 1).all()
    assert len(record["disagreement"]) == 3
    assert swap.record(params, "mid", 0).metrics["repair/gap"] == record["repair"]["gap"]


def test_movement_stays_in_what_may_move(params: Params) -> None:
    movement = {kind: found(kind)["movement"] for kind in KINDS}
    for role in ("swap", "control"):
        assert movement["slices"][role]["slice_share"] == pytest.approx(1, abs=1e-6)
        assert movement["outside"][role]["slice_share"] == pytest.approx(0, abs=1e-6)
        assert 0 < movement["all"][role]["slice_share"] < 1
        assert movement["slices"][role]["displacement"] < movement["all"][role]["displacement"]
    shares = {kind: found(kind)["parameter_share"] for kind in KINDS}
    assert shares["slices"] + shares["outside"] == pytest.approx(1)
    assert shares["all"] == 1


def test_placebos_are_as_large_as_the_slices(params: Params) -> None:
    for kind in ("placebo_slices", "placebo_entries"):
        assert found(kind)["parameter_share"] == pytest.approx(found(kind)["slice_parameter_share"])
    assert found("entries_0.01")["parameter_share"] == pytest.approx(0.01, rel=1e-2)


def test_an_antisymmetric_start_sends_the_units_round_each_other(params: Params, tmp_path: Path) -> None:
    own = params.restricted.model_copy(update={"start": "antisymmetric", "kinds": ("slices",), "efforts": (1,)})
    folder = tmp_path / "kept"
    layout.regions("mid", 0).rename(folder)
    restricted.main(params.model_copy(update={"restricted": own}), "mid", 0)
    separation = found("slices")["movement"]["separation"]
    shutil.rmtree(layout.regions("mid", 0))
    folder.rename(layout.regions("mid", 0))
    assert separation > 0.5 > found("slices")["movement"]["separation"]


def test_plane_holds_the_losses_of_the_ends(params: Params) -> None:
    plane.main(params, "mid-seed0")
    with np.load(layout.plane("mid-seed0") / layout.PLANE_GRID, allow_pickle=False) as arrays:
        assert arrays["train_loss"].shape == arrays["test_error"].shape == (3, 3)
        assert np.array_equal(arrays["curve"][[0, -1]], arrays["corners"][:2])
        lowest = float(arrays["train_loss"].min())
    summary = json.loads((layout.plane("mid-seed0") / layout.PLANE_SUMMARY).read_text())
    assert summary["lowest"]["train_loss"]["value"] == lowest
    assert "of" not in summary["params"]["plane"]
    first = (layout.plane("mid-seed0") / layout.PLANE).read_bytes()
    plane.main(params, "mid-seed0")
    assert (layout.plane("mid-seed0") / layout.PLANE).read_bytes() == first
    assert plane.record(params, "mid-seed0").metrics["lowest/train_loss"] == lowest


def test_figures_of_several_metrics_of_the_verdict_and_of_all_paths(params: Params) -> None:
    for variant in params.variants:
        analysis.main(params, variant, 0)
    folder = layout.analysis("mid", 0)
    for name in (layout.EVOLUTION, layout.HEATMAP):
        assert (folder / name).read_bytes() != (folder / f"relative_{name}").read_bytes()
    report.main(params)
    blank = len(_png(nothing_to_draw("no restricted curves; restricted.variants turns them on")))
    for name in (layout.LAYER_MOVEMENT, layout.PATHS):
        assert (layout.NEURON_SWAP / name).stat().st_size > 3 * blank
    verdict = json.loads((layout.NEURON_SWAP / layout.VERDICT).read_text())
    answer = verdict["depths"]["mid"]
    for kind in ("slices", "outside"):
        assert answer["gaps"][kind]["efforts"]["1"]["gap"] == [found(kind)["gap"]]
    assert answer["line"]["gap"] == [json.loads(layout.baselines("mid", 0).read_text())["line"]["gap"]]
    assert answer["verdict"]["word"] == "points"
    assert report.record(params).params["word.mid"] == "points"


def test_curves_that_were_not_asked_for_are_no_evidence(params: Params) -> None:
    assert layout.restricted("mid", 0, "slices").is_file()
    report.main(params.model_copy(update={"restricted": params.restricted.model_copy(update={"variants": ()})}))
    verdict = json.loads((layout.NEURON_SWAP / layout.VERDICT).read_text())
    assert verdict["depths"]["mid"]["gaps"] == {}
    assert verdict["depths"]["mid"]["verdict"] is None
    assert "Not tried" in (layout.NEURON_SWAP / layout.REPORT).read_text()


def _png(figure: Figure) -> bytes:
    save_figure(figure, Path("blank.png"))
    return Path("blank.png").read_bytes()


def test_plane_through_three_endpoints(params: Params) -> None:
    seeds = params.model_copy(update={"seeds": (0, 1, 2)})
    source.main(seeds)
    for seed in (1, 2):
        endpoint.main(seeds, seed)
    plane.main(seeds, "0-1-2")
    summary = json.loads((layout.plane("0-1-2") / layout.PLANE_SUMMARY).read_text())
    assert list(summary["corners"]) == ["seed 0", "seed 1", "seed 2"]
    assert summary["corners"]["seed 1"][1] == 0 < summary["corners"]["seed 2"][1]
    record = plane.record(seeds, "0-1-2")
    drawn = layout.as_drawn(layout.PLANE)
    assert {file.name for file in record.files} == {*drawn, layout.PLANE_GRID, layout.PLANE_SUMMARY}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"restricted.variants": ["late"]}, "restricted.variants: late is none of the variants that swap"),
        ({"restricted.kinds": ["inside"]}, "no region 'inside'; there are slices, placebo_slices"),
        ({"restricted.kinds": ["units_0.0"]}, "no region 'units_0.0'"),
        ({"restricted.epochs": 0}, "restricted.epochs: input should be greater than or equal to 1"),
        ({"plane.of": ["control-seed0"]}, "plane.of: control-seed0 is neither the path of a variant that moves"),
        ({"plane.of": ["mid-seed5"]}, "plane.of: mid-seed5 is neither the path of a variant that moves"),
        ({"plane.of": ["0-0-0"]}, "plane.of: 0-0-0 is neither the path of a variant that moves nor three of the seeds"),
        ({"plane.of": ["0-1"]}, "plane.of.0: string should match pattern"),
    ],
)
def test_what_cannot_be_is_named(tmp_path: Path, changes: dict[str, object], message: str) -> None:
    with pytest.raises(ParamsError, match=message):
        params_with(tmp_path, CHANGES | changes)
