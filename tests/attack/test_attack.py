"""A share of the attack: damaged params, files and images end well or in one line, and kills lose nothing."""

from pathlib import Path

import pytest

from attack.__main__ import run
from attack.outcome import Silent, Tally, in_child

COUNTS = {
    "params": 60,
    "readers": 150,
    "images": 60,
    "own files": 8,
    "commands": 8,
    "disks": 4,
    "locks": 20,
    "kills": 10,
}


def test_damaged_inputs_end_well_or_in_one_line_and_kills_lose_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MODE_CONNECTIVITY_STATE_SECONDS", "0.02")
    tallies = run(tmp_path, 1, COUNTS)
    assert {tally.kind: tally.examples for tally in tallies} == {tally.kind: {} for tally in tallies}
    assert [tally.ends.total() for tally in tallies] == list(COUNTS.values())


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
    assert tally.defects == 4
