"""A share of the attack: damaged params, files and images end well or in one line, and kills lose nothing."""

import time
from contextlib import nullcontext
from pathlib import Path
from random import Random

import pytest

from attack import disks, kills
from attack.command import run
from attack.outcome import Silent, Tally, in_child
from attack.small_disk import filled, small_disk
from attack.small_study import Call, SmallStudy
from mode_connectivity import layout
from mode_connectivity.params import Params

COUNTS = {
    "params": 60,
    "readers": 150,
    "images": 60,
    "own files": 8,
    "commands": 8,
    "disks": 4,
    "locks": 20,
    "kills": 10,
    "groups": 3,
    "pairs": 1,
}


def test_damaged_inputs_end_well_or_in_one_line_and_kills_lose_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MODE_CONNECTIVITY_STATE_SECONDS", "0.02")
    tallies = run(tmp_path, 1, COUNTS)
    assert [defect for tally in tallies for defect in tally.defects] == []
    assert [tally.ends.total() for tally in tallies] == list(COUNTS.values())


@pytest.mark.slow
def test_broken_stores_cost_a_line_and_sync_mends_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tally,) = run(tmp_path, 1, {"stores": 9})
    assert tally.defects == []


def broken() -> None:
    raise KeyError("a")


def wrong() -> None:
    raise Silent("a")


def endless() -> None:
    while True:
        pass


def refused() -> None:
    raise ValueError("a")


def two_lines() -> None:
    raise SystemExit("a\nb")


def test_it_tells_the_ends_apart() -> None:
    calls = {broken: "traceback", wrong: "silent", endless: "hang", refused: "one line", two_lines: "traceback"}
    tally = Tally("these")
    for call, expected in calls.items():
        end, why = in_child(call, 1.0 if call is endless else 60.0)
        assert end == expected, why
        tally.add(end, why)
    assert len(tally.defects) == 4


@pytest.fixture
def one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SmallStudy:
    """A study of one stage, which writes one file."""
    monkeypatch.chdir(tmp_path)  # which the attacks leave
    call: Call = ("source", ())
    for attack in (disks, kills):
        monkeypatch.setattr(attack, "STAGES", (call,))
        monkeypatch.setattr(attack, "run_stage", lambda _params, _call: Path("made").write_text("whole"))
    (tmp_path / "study").mkdir()
    (tmp_path / "study/made").write_text("whole")
    params = Params.load(Path(__file__).parents[2] / layout.PARAMS)
    return SmallStudy(tmp_path / "study", params, {call: {"made": b"whole"}})


def test_a_stage_without_end_is_a_hang_and_said_where(
    one_file: SmallStudy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kills, "LONGEST", 1)
    monkeypatch.setattr(kills, "run_stage", lambda _params, _call: time.sleep(600))
    tally = kills.attack_by_kills(one_file, tmp_path / "killed", 1, Random(0))
    assert dict(tally.ends) == {"hang": 1}
    ((_, what),) = tally.defects
    assert "no end within 1 s of no signal; it stood at" in what
    assert "test_attack.py" in what
    assert Path("made").read_text() == "whole"


def test_what_a_full_disk_kept_a_stage_from_making_is_put_back(
    one_file: SmallStudy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disks, "small_disk", lambda _place, _size: nullcontext(False))  # what lies there goes with it
    tally = disks.attack_disks(one_file, tmp_path / "disks", 3, Random(0))
    assert tally.ends.total() == 3
    assert (tmp_path / "disks/made").read_text() == "whole"


def test_a_small_disk_has_no_room_while_it_is_filled(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 2**20) as mounted:
        if not mounted:
            pytest.skip("this user cannot mount a disk")
        file = tmp_path / "disk/file"
        with filled(file.parent, 0), pytest.raises(OSError, match="No space left"):
            file.write_bytes(bytes(10_000))
        assert file.write_bytes(bytes(10_000)) == 10_000
    assert list((tmp_path / "disk").iterdir()) == []
