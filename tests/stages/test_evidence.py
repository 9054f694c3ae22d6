"""Restricted paths beside their controls, planes, and the figures of the verdict, on a small study."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from mode_connectivity import layout
from mode_connectivity.params import Params, ParamsError
from mode_connectivity.plots.style import nothing_to_draw, save_png
from mode_connectivity.stages import analysis, endpoint, endpoint_plane, locality, plane, report, restricted, source
from support.in_process import params_with, run_up_to_curves

KINDS = ["slices", "placebo_slices", "outside", "all"]
CHANGES: dict[str, object] = {
    "restricted.kinds": KINDS,
    "restricted.variants": ["mid"],
    "restricted.points": 3,
    "plane.variants": ["mid"],
    "plane.seeds": [0],
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
        for kind in KINDS:
            restricted.main(params, "mid", 0, kind)
        yield params


def found(kind: str) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(layout.restricted("mid", 0, kind).read_text())
    return record


def test_records_hold_the_excess_over_the_control(params: Params) -> None:
    for kind in KINDS:
        record = found(kind)
        for name, made in (("excess", "trained"), ("ablated_excess", "ablated")):
            for probe in ("train", "test"):
                variant, control = (record["losses"][made][role][probe] for role in ("variant", "control"))
                assert record[name][probe] == max(variant["loss"]) - max(control["loss"])
                assert len(variant["loss"]) == len(record["ts"]) == 3
        assert record["layer"] == "features.12"
        assert record["restrict"] == kind
        assert restricted.record(params, "mid", 0, kind).metrics["excess/train"] == record["excess"]["train"]
        loss = {role: np.array(record["losses"]["trained"][role]["test"]["loss"]) for role in ("variant", "control")}
        assert record["highest_gap"]["test"] == (loss["variant"] - loss["control"]).max()


def test_movement_stays_in_what_may_move(params: Params) -> None:
    movement = {kind: found(kind)["movement"] for kind in KINDS}
    for role in ("variant", "control"):
        assert movement["slices"][role]["slice_share"] == pytest.approx(1, abs=1e-6)
        assert movement["outside"][role]["slice_share"] == pytest.approx(0, abs=1e-6)
        assert 0 < movement["all"][role]["slice_share"] < 1
        assert movement["slices"][role]["displacement"] < movement["all"][role]["displacement"]
    shares = {kind: found(kind)["parameter_share"] for kind in KINDS}
    assert shares["slices"] + shares["outside"] == pytest.approx(1)
    assert shares["all"] == 1


def test_placebo_units_are_others(params: Params) -> None:
    record = found("placebo_slices")
    swapped, placebo = ({unit for pair in record[key] for unit in pair} for key in ("pairs", "placebo_pairs"))
    assert len(swapped) == len(placebo) == 2
    assert not swapped & placebo
    assert record["parameter_share"] == pytest.approx(record["slice_parameter_share"])


def test_all_is_the_curve_itself_and_training_it_again_gives_the_same(params: Params) -> None:
    record = found("all")
    assert record["losses"]["trained"] == record["losses"]["ablated"]
    again = params.model_copy(update={"restricted": params.restricted.model_copy(update={"epochs": 1.25})})
    restricted.main(again, "mid", 0, "all")  # one epoch times 1.25 is one epoch, and the path is trained anew
    retrained = found("all")
    assert retrained["params"]["restricted"]["epochs"] == 1.25
    assert retrained["losses"] == record["losses"]
    restricted.main(params, "mid", 0, "all")
    assert found("all") == record


def test_ends_are_where_the_curve_ends(params: Params) -> None:
    ends = {
        kind: [found(kind)["losses"][made]["variant"]["train"]["loss"][k] for k in (0, -1)]
        for kind in KINDS
        for made in ("trained", "ablated")
    }
    assert len({tuple(each) for each in ends.values()}) == 1


def test_an_antisymmetric_start_sends_the_units_round_each_other(params: Params) -> None:
    before = layout.restricted("mid", 0, "slices").read_bytes()
    asked = params.restricted.model_copy(update={"start": "antisymmetric"})
    restricted.main(params.model_copy(update={"restricted": asked}), "mid", 0, "slices")
    separation = found("slices")["movement"]["separation"]
    layout.restricted("mid", 0, "slices").write_bytes(before)
    assert separation > 0.5 > found("slices")["movement"]["separation"]


def test_plane_holds_the_losses_of_the_ends(params: Params) -> None:
    plane.main(params, "mid", 0)
    with np.load(layout.plane("mid", 0) / layout.PLANE_GRID, allow_pickle=False) as arrays:
        assert arrays["train_loss"].shape == arrays["test_error"].shape == (3, 3)
        assert np.array_equal(arrays["curve"][[0, -1]], arrays["corners"][:2])
        lowest = float(arrays["train_loss"].min())
    summary = json.loads((layout.plane("mid", 0) / layout.PLANE_SUMMARY).read_text())
    assert summary["lowest"]["train_loss"]["value"] == lowest
    assert "variants" not in summary["params"]["plane"]
    first = (layout.plane("mid", 0) / layout.PLANE).read_bytes()
    plane.main(params, "mid", 0)
    assert (layout.plane("mid", 0) / layout.PLANE).read_bytes() == first
    assert plane.record(params, "mid", 0).metrics["lowest/train_loss"] == lowest


def test_figures_of_several_metrics_of_the_verdict_and_of_all_paths(params: Params) -> None:
    for variant in params.variants:
        analysis.main(params, variant, 0)
    folder = layout.analysis("mid", 0)
    for name in (layout.EVOLUTION, layout.HEATMAP):
        assert (folder / name).read_bytes() != (folder / f"relative_{name}").read_bytes()
    locality.main(params)
    report.main(params)
    blank = len(_png(nothing_to_draw("no restricted curves; restricted.kinds turns them on")))
    for name in (layout.LAYER_MOVEMENT, layout.ENERGY_SHARES, layout.RESTRICTED_CURVES):
        assert (layout.LOCALITY / name).stat().st_size > 3 * blank
    assert (layout.COMPARISON / layout.PATHS).stat().st_size > 3 * blank
    verdict = json.loads((layout.LOCALITY / layout.VERDICT).read_text())
    for kind in KINDS:
        assert verdict["variants"]["mid"]["losses"][f"excess_{kind}"]["values"] == [found(kind)["excess"]["train"]]


def test_curves_that_were_not_asked_for_are_no_evidence(params: Params) -> None:
    assert layout.restricted("mid", 0, "slices").is_file()
    locality.main(params.model_copy(update={"restricted": params.restricted.model_copy(update={"kinds": ()})}))
    verdict = json.loads((layout.LOCALITY / layout.VERDICT).read_text())
    assert not any(name.startswith("excess_") for name in verdict["variants"]["mid"]["losses"])
    blank = _png(nothing_to_draw("no restricted curves; restricted.kinds turns them on"))
    assert (layout.LOCALITY / layout.RESTRICTED_CURVES).read_bytes() == blank


def _png(figure: Figure) -> bytes:
    save_png(figure, Path("blank.png"))
    return Path("blank.png").read_bytes()


def test_plane_through_three_endpoints(params: Params) -> None:
    seeds = params.model_copy(update={"seeds": (0, 1, 2)})
    source.main(seeds)
    for seed in (1, 2):
        endpoint.main(seeds, seed)
    endpoint_plane.main(seeds, "0-1-2")
    summary = json.loads((layout.endpoint_plane("0-1-2") / layout.PLANE_SUMMARY).read_text())
    assert list(summary["corners"]) == ["seed 0", "seed 1", "seed 2"]
    assert summary["corners"]["seed 1"][1] == 0 < summary["corners"]["seed 2"][1]
    record = endpoint_plane.record(seeds, "0-1-2")
    assert record.name == "endpoint_plane@0-1-2"
    assert {file.name for file in record.files} == {layout.PLANE, layout.PLANE_GRID, layout.PLANE_SUMMARY}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"variants": ["mid"]}, "restricted.kinds: nothing is excess without control"),
        ({"restricted.variants": ["late"]}, "restricted.variants: late is none of the variants that swap"),
        ({"restricted.kinds": ["inside"]}, "restricted.kinds.0: input should be 'slices'"),
        ({"restricted.epochs": 0}, "restricted.epochs: input should be greater than 0"),
        ({"plane.variants": ["control"]}, "plane.variants: control has no plane"),
        ({"plane.seeds": [5]}, "plane: there is no path mid of seed 5"),
        ({"plane.endpoints": ["0-0-0"]}, "plane.endpoints: 0-0-0 does not name three of the seeds"),
        ({"plane.endpoints": ["0-1"]}, "plane.endpoints.0: string should match pattern"),
    ],
)
def test_what_cannot_be_is_named(tmp_path: Path, changes: dict[str, object], message: str) -> None:
    with pytest.raises(ParamsError, match=message):
        params_with(tmp_path, CHANGES | changes)
