"""The committed studies are small, and what their pages say comes out of their records."""

import json
from pathlib import Path
from typing import Any

import pytest

from mode_connectivity.params import Params
from mode_connectivity.reports.mechanisms.findings import Findings
from mode_connectivity.reports.neuron_swap.evidence import finished_part
from mode_connectivity.reports.neuron_swap.verdict import verdict_record
from mode_connectivity.reports.records import Records, arrays_of, read_records, write_records
from support.code_imports import ROOT

STUDIES = ROOT / "reports/studies"
NOT_RUN = {"cifar10-gpu"}  # its params are for whoever has a GPU
FILES, BYTES = 120, 6_000_000


def records_of(study: str) -> Records:
    found = read_records(STUDIES / study)
    assert found is not None
    return found


def test_all_studies_together_are_few_files_and_small_ones() -> None:
    files = [file for file in STUDIES.rglob("*") if file.is_file()]
    assert len(files) <= FILES
    assert sum(file.stat().st_size for file in files) <= BYTES
    without = {page.parent.name for page in STUDIES.glob("*/README.md") if read_records(page.parent) is None}
    assert without <= NOT_RUN


def test_the_answer_comes_out_of_its_records_as_its_page_says() -> None:
    params, records = Params.load(STUDIES / "answer/params.yaml"), records_of("answer")
    part = finished_part(params, records)
    assert part.seeds == params.seeds
    depths = verdict_record(part, records)["depths"]
    text = " ".join((STUDIES / "answer/README.md").read_text().split())

    def told(each: dict[str, Any]) -> str:
        low, high = each["interval"]
        return f"{each['value']:.2f} [{low:.2f}, {high:.2f}]"

    for depth in ("mid", "late"):
        assert told(depths[depth]["baselines"]["repair"]) in text
        for region in ("slices", "placebo"):
            assert told(depths[depth]["verdict"]["measures"]["gap"]["recovery"][region]) in text
    assert told(depths["late"]["verdict"]["measures"]["gap"]["excess"]["slices"]) in text


def test_mechanisms_come_out_of_their_records() -> None:
    found = Findings.of(Params.load(STUDIES / "cifar10-mechanisms/params.yaml"), records_of("cifar10-mechanisms"))
    assert found.chance == pytest.approx(0.1)
    assert len(list(found.between())) == len(found.seeds) * len(found.paths)
    assert found.metrics()["error_barrier"]["lmc"]["highest"] > 0.3


def test_records_are_written_and_read_again_small_ones_as_text_and_large_ones_compressed(tmp_path: Path) -> None:
    small = Records(
        {"analysis": [{"variant": "mid", "seed": 0, "arrays": {"ts": [0.0, 0.5]}}], "cues": [{"classes": 10}]}
    )
    file = write_records(tmp_path, small)
    assert file.name == "records.json"
    assert json.loads(file.read_text())["cues"] == [{"classes": 10}]
    again = read_records(tmp_path)
    assert again == small
    assert arrays_of(small.need("analysis", variant="mid"))["ts"].tolist() == [0, 0.5]
    large = small.plus("restricted", [{"seed": seed, "text": "x" * 100} for seed in range(3000)])
    first = write_records(tmp_path, large).read_bytes()
    assert [file.name for file in tmp_path.iterdir()] == ["records.json.gz"]
    assert write_records(tmp_path, large).read_bytes() == first
    assert read_records(tmp_path) == large
    with pytest.raises(ValueError, match="no record of analysis at variant late, seed 0"):
        large.need("analysis", variant="late", seed=0)
