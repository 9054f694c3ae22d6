"""The answer of a study from its records alone."""

import json
from pathlib import Path

import pytest

from mode_connectivity.commands.main import main
from mode_connectivity.foundations import layout
from mode_connectivity.foundations.atomic import write_json
from mode_connectivity.reports.neuron_swap.figures import gaps_by_pairs
from reports.test_answers import DEPTHS, study


def test_it_answers_for_the_seeds_that_are_complete(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    study(tmp_path, 9)
    layout.restricted("mid", 3, "outside", 1).unlink()
    main(["verdict", str(tmp_path)])
    assert "the answer of 8 seeds; without 3, whose records are not complete" in capsys.readouterr().out
    verdict = json.loads((tmp_path / "neuron_swap" / layout.VERDICT).read_text())
    assert verdict["seeds"] == [0, 1, 2, 4, 5, 6, 7, 8]
    assert {depth: each["verdict"]["word"] for depth, each in verdict["depths"].items()}["early"] == "local"
    text = (tmp_path / "neuron_swap" / layout.REPORT).read_text()
    assert "recovery.png" in text
    assert "No curve was analysed in this study" in text
    assert (tmp_path / "neuron_swap" / layout.RECOVERY).is_file()


def test_a_second_effort_counts_for_a_region_once_every_seed_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    study(tmp_path, 8)
    layout.restricted("late", 7, "slices", 2).unlink()
    main(["verdict", str(tmp_path)])
    depths = json.loads((tmp_path / "neuron_swap" / layout.VERDICT).read_text())["depths"]
    known = {
        (depth, region) for depth, each in depths.items() for region, g in each["gaps"].items() if "2" in g["efforts"]
    }
    everything = {(depth, region) for depth, each in depths.items() for region in each["gaps"]}
    assert everything - known == {("late", "slices")}
    moved = depths["late"]["verdict"]["measures"]["gap"]["moved"]
    assert "slices" not in moved
    assert "outside" in moved
    assert depths["mid"]["verdict"]["word"] != "not converged"


def test_records_of_no_seed_end_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    study(tmp_path, 1)
    layout.baselines("early", 0).unlink()
    with pytest.raises(SystemExit, match=r"no seed has all its records: the baselines of early, seed 0, is missing"):
        main(["verdict", str(tmp_path)])


def test_records_of_two_networks_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    study(tmp_path, 2)
    file = layout.restricted("mid", 1, "all", 1)
    for each, loss in ((file, 0.06), (layout.baselines("mid", 1), 0.05)):
        each.write_text(json.dumps(json.loads(each.read_text()) | {"end_loss": loss}))
    with pytest.raises(
        SystemExit, match=r"mid, seed 1: the region all was made from another network than the baselines"
    ):
        main(["verdict", str(tmp_path)])


def test_variants_of_which_only_the_straight_line_is_known_stand_beside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    changes: dict[str, object] = {"variants": ["control", *DEPTHS, "mid_pair"], "swap.layers": {"mid_pair": "mid"}}
    study(tmp_path, 2, changes, lines_alone=["mid_pair"])
    for seed in (0, 1):
        metadata = {"variant": "mid_pair", "layer": "features.0", "pairs": [{"pair": [4, 2]}, {"pair": [1, 3]}]}
        write_json(layout.metadata(layout.swapped("mid_pair", seed)), metadata)
    main(["verdict", str(tmp_path)])
    verdict = json.loads((tmp_path / "neuron_swap" / layout.VERDICT).read_text())
    assert verdict["variants"]["mid_pair"] == {"swapped_layer": "features.0", "pairs": 2}
    assert verdict["depths"]["mid_pair"]["verdict"] is None
    assert sorted(gaps_by_pairs(verdict)["features.0"]) == [1, 2]
    assert "| mid_pair | features.0 | 2 |" in (tmp_path / "neuron_swap" / layout.REPORT).read_text()
