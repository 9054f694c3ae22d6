"""The answer of each depth rests on the records that the params ask for, and says what they planted."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mode_connectivity.foundations import layout
from mode_connectivity.params import Params, ParamsError
from mode_connectivity.plots.barriers import barrier_by_pairs
from mode_connectivity.plots.style import nothing_to_draw, save_figure
from mode_connectivity.reports.neuron_swap.answers import answers, listed
from mode_connectivity.reports.neuron_swap.evidence import depths_of
from mode_connectivity.reports.neuron_swap.report import write_report
from mode_connectivity.reports.records import collected
from support.in_process import params_with

DEPTHS = ["early", "mid", "late"]
SHARES = {
    "early": {"slices": 0.01, "placebo_slices": 0.6, "placebo_entries": 0.5, "outside": 0.0, "all": 0.0},
    "mid": {"slices": 0.5, "placebo_slices": 0.6, "placebo_entries": 0.5, "outside": 0.0, "all": 0.0},
    "late": {"slices": 0.0, "placebo_slices": 0.0, "placebo_entries": 0.0, "outside": 0.0, "all": 0.0},
}
MORE = {"affine": 0.2, "entries_0.001": 0.5, "entries_0.1": 0.1}
KINDS = [*SHARES["mid"], *MORE]
CHANGES: dict[str, object] = {
    "variants": ["control", *DEPTHS],
    "restricted.variants": DEPTHS,
    "restricted.kinds": KINDS,
    "restricted.efforts": [1, 2],
}


def study(
    folder: Path,
    seeds: int,
    changes: dict[str, object] | None = None,
    lines_alone: Sequence[str] = (),
    flat: Sequence[str] = (),
    refused: bool = False,
) -> tuple[Params, dict[str, Any]]:
    """Records of a planted study in the current folder, and the answers they give.

    `flat` depths have no barrier; `refused`: REPAIR does not take the network.
    """
    params = params_with(folder, CHANGES | {"seeds": list(range(seeds))} | (changes or {}))
    rng = np.random.default_rng(0)
    for depth in DEPTHS:
        for seed in params.seeds:
            line = 0.1 * rng.uniform(0.8, 1.2) * (depth not in flat)
            left_out = {"repair"} if refused else {}
            record = {name: value for name, value in baselines(line).items() if name not in left_out}
            write(layout.baselines(depth, seed), record)
            for kind, share in (SHARES[depth] | MORE).items():
                gap = line * (share + 0.01 * rng.uniform(-1, 1))
                for effort in (1, 2):
                    write(layout.restricted(depth, seed, kind, effort), restricted(kind, gap, effort))
    for variant in lines_alone:
        for seed in params.seeds:
            write(layout.baselines(variant, seed), baselines(0.05))
    return params, answers(params, depths_of(params, collected(params)))


def measures(gap: float) -> dict[str, float]:
    return {"gap": gap, "mean_gap": 0.6 * gap, "height": gap + 1e-4}


def baselines(line: float) -> dict[str, Any]:
    return {
        "end_loss": 0.03,
        "line": measures(line),
        "repair": measures(0.3 * line),
        "layerwise": {"layers": ["a", "b"], "one": [0.1 * line, 0.2 * line], "cumulative": [0.1 * line, line]},
        "disagreement": [0.0, 0.1],
        "linearity": {"layers": ["a", "b"], "cosine": [[1.0, 0.9]]},
    }


def restricted(kind: str, gap: float, effort: int) -> dict[str, Any]:
    share = float(kind.rpartition("_")[2]) if kind.startswith("entries") else 0.05
    record = {
        "layer": "features.0",
        "pairs": [[0, 1]],
        "parameter_share": share,
        "params": {"restricted": {"recipe": {"epochs": 20 * effort}}},
        **measures(gap),
    }
    return record | ({"floor": measures(1e-4)} if kind == "all" else {})


def write(path: Path, record: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(record))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_planted_depths_get_their_words_baselines_and_contrasts(here: Path) -> None:
    _, found = study(here, 8)
    depths = found["depths"]
    assert {depth: each["verdict"]["word"] for depth, each in depths.items()} == {
        "early": "local",
        "mid": "not local",
        "late": "any such subset suffices",
    }
    assert depths["mid"]["verdict"]["tested"] == ["locality", "necessity"]
    assert depths["mid"]["baselines"]["repair"]["value"] == pytest.approx(0.7)
    assert "one_layer" not in depths["mid"]["baselines"]  # a walk of one layer ends in another function
    assert depths["mid"]["baselines"]["one"][1] == pytest.approx(0.02, rel=0.2)
    assert depths["mid"]["baselines"]["affine"]["value"] == pytest.approx(0.8, abs=0.02)
    by_mean = depths["early"]["verdict"]["measures"]["mean"]
    assert by_mean["recovery"]["slices"]["value"] == pytest.approx(0.99, abs=0.01)
    # The index of late has no denominator above zero, and so no contrast.
    assert list(found["contrasts"]) == ["mid - early", "late - early", "late - mid"]
    assert found["contrasts"]["mid - early"]["locality"]["value"] == pytest.approx(-0.9, abs=0.05)
    assert "locality" not in found["contrasts"]["late - early"]
    assert found["contrasts"]["late - early"]["placebo"]["interval"][0] > 0.4
    json.dumps(found, allow_nan=False)


def test_depths_are_compared_where_another_has_no_barrier(here: Path) -> None:
    _, found = study(here, 8, flat=["early"])
    assert not found["contrasts"]["mid - early"]
    assert found["contrasts"]["late - mid"]["slices"]["value"] == pytest.approx(SHARES["mid"]["slices"], abs=0.02)


def test_one_effort_is_no_convergence(here: Path) -> None:
    _, found = study(here, 8, {"restricted.efforts": [1]})
    words = {depth: each["verdict"]["word"] for depth, each in found["depths"].items()}
    assert words == {"early": "not converged", "mid": "not converged", "late": "any such subset suffices"}


def test_what_the_params_do_not_ask_for_is_no_evidence(here: Path) -> None:
    study(here, 8)
    _, found = study(here, 8, {"restricted.kinds": ["slices", "all"]})
    assert set(found["depths"]["early"]["gaps"]) == {"slices", "all"}
    assert found["depths"]["early"]["verdict"]["word"] == "not identified"
    _, found = study(here, 8, {"restricted.variants": ["mid"], "variants": ["control", "mid", "late"]})
    assert set(found["depths"]) == {"mid", "late"}
    assert found["depths"]["late"]["verdict"] is None
    assert found["depths"]["mid"]["verdict"]["level"] == pytest.approx(1 - 0.05 / 2)  # of one depth


def test_two_seeds_are_points(here: Path) -> None:
    _, found = study(here, 2)
    for each in found["depths"].values():
        assert each["verdict"]["word"] == "points"
        assert each["verdict"]["measures"]["gap"]["recovery"]["all"]["interval"] is None
        assert len(each["verdict"]["measures"]["gap"]["recovery"]["all"]["seeds"]) == 2
    assert found["contrasts"]["mid - early"]["locality"]["interval"] is None


def test_a_network_that_repair_refuses_has_every_other_answer(here: Path) -> None:
    _, plain = study(here, 8)
    _, found = study(here, 8, refused=True)
    for depth, each in found["depths"].items():
        assert each["repaired"] is each["baselines"].pop("repair") is None
        plain["depths"][depth]["baselines"].pop("repair")
        assert each["baselines"] == plain["depths"][depth]["baselines"]
        assert each["verdict"] == plain["depths"][depth]["verdict"]
    barrier_by_pairs({"a": {1: ([0.1, 0.2], []), 2: ([0.2, 0.3], [])}})


@pytest.mark.parametrize("seeds", [2, 8])
def test_the_record_reads_as_text_and_is_drawn(here: Path, seeds: int) -> None:
    params, _ = study(here, seeds)
    write_report(here, params, collected(params), whole=False)
    text = (here / layout.REPORT).read_text()
    assert ("- **early (features.0, 1 pair)**: local. Training the swapped slices alone leaves" in text) == (seeds == 8)
    assert ("2 seeds, fewer than 7: points" in text) == (seeds == 2)
    assert "| mid - early | locality index | -0.9" in text
    assert "\n\n\n" not in text
    assert "![" in text
    save_figure(nothing_to_draw("no barrier to mend"), here / "blank.png")
    for name in (layout.RECOVERY, layout.CONVERGENCE, layout.DOSE):
        assert f"]({name})" in text
        assert (here / name).stat().st_size > 3 * (here / "blank.png").stat().st_size
    assert not (here / layout.PATHS).exists()  # no curve was analysed


def test_the_mean_of_one_placebo_is_left_out_and_that_of_two_or_of_none_stays() -> None:
    assert listed(["slices", "placebo_slices", "all", "placebo"]) == ["slices", "placebo_slices", "all"]
    two = ["placebo_slices", "placebo_entries", "placebo"]
    assert listed(two) == two
    assert listed(["slices", "placebo"]) == ["slices", "placebo"]


@pytest.mark.parametrize("family", [[], ["necessity"], ["locality", "locality"]])
def test_a_family_tests_locality(tmp_path: Path, family: list[str]) -> None:
    with pytest.raises(ParamsError, match=r"locality\.family: it holds locality once"):
        params_with(tmp_path, {"locality.family": family})


def test_a_network_that_repair_refuses_has_its_other_baselines_and_the_reason(here: Path) -> None:
    params, _ = study(here, 2)
    for depth in DEPTHS:
        for seed in params.seeds:
            file = layout.baselines(depth, seed)
            refused = json.loads(file.read_text()) | {"not_repaired": "weights that no layer owns"}
            del refused["repair"]
            write(file, refused)
    write_report(here, params, collected(params), whole=False)
    text = (here / layout.REPORT).read_text()
    assert "REPAIR refuses this network: weights that no layer owns" in text
    assert json.loads((here / layout.VERDICT).read_text())["depths"]["mid"]["repaired"] is None
