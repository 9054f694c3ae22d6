"""Two types of CPU: what the documents say agrees does so in the committed records, and what differs is said."""

import json
from typing import Any

import pytest

from mode_connectivity.reports.records import Records
from support.code_imports import ROOT

STUDY = ROOT / "reports/studies/two-cpus"
TYPES = ("avx2", "avx512")
MARGIN = 0.05  # mechanism_report.margin of both


def record(cpu: str, kind: str) -> Any:
    return Records(json.loads((STUDY / "records.json").read_text())).need(kind, cpu=cpu)


def connected(cpu: str) -> set[str]:
    barriers = record(cpu, "mechanisms")["error_barrier"]
    return {path for path, sets in barriers.items() if max(sets.values()) <= MARGIN}


def follow_the_cue(cpu: str) -> set[str]:
    return {network for network, sets in record(cpu, "mechanisms")["accuracy"].items() if sets["rand_image"] > 0.5}


def highest(cpu: str) -> str:
    line = {depth: record(cpu, "comparison")[depth]["linear_train_loss_barrier"] for depth in ("early", "mid", "late")}
    return max(line, key=lambda depth: float(line[depth]))


@pytest.mark.parametrize("cpu", TYPES)
def test_conclusions_agree(cpu: str) -> None:
    assert connected(cpu) == {"naive", "llrt", "lpft"}
    assert follow_the_cue(cpu) == {"cue_trained", "naive", "llrt"}
    assert record(cpu, "mechanisms")["signs_that_hold"] == 4


def test_the_records_are_of_two_runs_and_what_differs_is_said() -> None:
    assert record("avx2", "mechanisms") != record("avx512", "mechanisms")
    assert {cpu: highest(cpu) for cpu in TYPES} == {"avx2": "mid", "avx512": "early"}
    text = (STUDY / "README.md").read_text()
    assert "| mid, 0.0019 nats | early, 0.0021 nats | **differs** |" in text
