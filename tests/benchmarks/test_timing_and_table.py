"""Contenders take turns, and what comes out is a table and a file."""

import json
import time
from pathlib import Path

import psutil
import pytest

from benchmarks import command, timing
from benchmarks.setting import Setting
from benchmarks.table import Row, render, times


def test_contenders_take_turns_and_the_median_of_the_counted_rounds_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, log = [0.0], []

    def work(name: str, durations: list[float]) -> None:
        log.append(name)
        clock[0] += durations.pop(0)

    monkeypatch.setattr(time, "perf_counter", lambda: clock[0])
    a, b = [9.0, 1.0, 5.0, 2.0], [9.0, 3.0, 3.0, 4.0]
    found = timing.interleaved({"a": lambda: work("a", a), "b": lambda: work("b", b)}, rounds=3)
    assert found == {"a": 2.0, "b": 3.0}
    assert "".join(log) == "ab" + "ab" + "ba" + "ab"


def test_columns_are_aligned_and_numbers_short() -> None:
    rows = [Row("one", 1234.5, "images/s", "another", 0.000012, "3 x", ">= 3 x"), Row("two", 0.1234, "s")]
    first, rule, one, two = render(rows).splitlines()
    assert first.split() == ["measured", "ours", "against", "theirs", "result", "target"]
    assert one.index("another") == first.index("against") == rule.index(" -", rule.index(" -") + 1) + 1
    assert "1234 images/s" in one
    assert "1.2e-05 images/s" in one
    assert two.endswith("0.123 s")
    assert (times(3.0, 2.0), times(30.0, 2.0)) == ("1.5 x", "15 x")


def test_times_are_taken_once_more_beside_a_process_that_is_busy_meanwhile(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def busy_children(_setting: Setting) -> list[Row]:
        return [Row("children", len(psutil.Process().children()), "", target="0")]

    monkeypatch.setattr(command, "MEASUREMENTS", {"gif": busy_children})
    before = len(psutil.Process().children())
    command.main(["--only", "gif", "--device", "cpu"])
    alone, beside = capsys.readouterr().out.splitlines()[-2:]
    assert alone.split()[:2] == ["children", str(before)]
    assert beside.split(",")[1].split() == ["beside", "a", "busy", "process", str(before + 1)]
    assert len(psutil.Process().children()) == before
    command.main(["--only", "gif", "--device", "cpu", "--alone"])
    assert "beside" not in capsys.readouterr().out


def test_the_command_measures_what_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def fake(setting: Setting) -> list[Row]:
        assert setting.scratch.is_dir()
        return [Row("a fake", setting.rounds, "turns")]

    monkeypatch.setattr(command, "MEASUREMENTS", {"fake": fake, "never": lambda _: pytest.fail("not asked for")})
    command.main(["--only", "fake", "--rounds", "5", "--device", "cpu", "--json", str(tmp_path / "table.json")])
    assert "a fake" in capsys.readouterr().out
    kept = json.loads((tmp_path / "table.json").read_text())
    assert kept["rows"][0]["value"] == 5
    assert kept["machine"]["threads"] >= 1
    assert kept["machine"]["device"] == "cpu"
    with pytest.raises(SystemExit):
        command.main(["--only", "nothing"])
    assert "there are fake, never" in capsys.readouterr().err
