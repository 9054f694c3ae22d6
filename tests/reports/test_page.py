"""The page holds what the records say, is one file, and repeats to the byte."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mode_connectivity import layout
from mode_connectivity.params import Params
from mode_connectivity.reports.locality.answers import answers
from mode_connectivity.reports.locality.evidence import read_records
from mode_connectivity.reports.page.answer import answers_of, contrasts_of, convergence_of, recoveries_of
from mode_connectivity.reports.page.page import page_text
from mode_connectivity.reports.page.part import Part
from mode_connectivity.reports.page.paths import paths_of
from mode_connectivity.reports.page.tables import paths_table
from support.in_process import params_with
from support.written_records import CHANGES, write_records


@pytest.fixture
def params(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Params:
    monkeypatch.chdir(tmp_path)
    found = params_with(tmp_path, CHANGES)
    write_records(found)
    return found


def data_in(text: str) -> Any:
    (embedded,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    return json.loads(embedded)


def test_it_is_one_file_that_repeats_and_embeds_data_and_library_once(params: Params) -> None:
    text = page_text(Part.whole(params))
    assert text == page_text(Part.whole(params))
    assert text.count("plotly.js (basic") == 1
    own = re.sub(r"<script>.*?</script>", "", text, flags=re.DOTALL)
    addresses = re.findall(r'(?:src|href)="([^"]*)"', own)
    assert {address.partition(":")[0] for address in addresses if not address.startswith("#")} == {"data"}
    assert "url(" not in own
    assert "@import" not in own
    assert len(data_in(text)["paths"]) == 6


def test_it_says_the_answer_with_its_intervals_and_escapes_what_it_says(params: Params) -> None:
    text = page_text(Part.whole(params))
    assert "any such subset suffices" in text
    assert "Both leave &lt;5 % &amp; no more." in text
    assert "0.08 [0.07, ∞]" in text
    lead = text.partition('<ul class="lead">')[2].partition("</ul>")[0]
    assert re.findall(r"(\w+) <span.*?<strong>(.*?)</strong>", lead) == [
        ("early", "not tried"),
        ("mid", "any such subset suffices"),
    ]
    assert "<dt>late - early</dt><dd>-0.4 [-0.6, ∞]</dd>" in text
    table = text.partition("Differences between depths")[2].partition("</table>")[0]
    assert re.findall(r"<td>(locality index|recovery, all)</td>", table) == ["locality index", "recovery, all"]
    assert "not tried" in text  # early has baselines and no region


def test_its_numbers_are_those_of_the_records(params: Params) -> None:
    data = data_in(page_text(Part.whole(params)))
    mid = next(path for path in data["paths"] if (path["variant"], path["seed"]) == ("mid", 0))
    assert (mid["swapped"], mid["readers"]) == ("conv 1.2", ["conv 2.1"])
    assert mid["distance"][-1] == [0, 2, 0, 0]
    assert mid["correction"][15] == pytest.approx([0.055, 0.11, 0.165, 0.22])
    assert {each["region"]: each["value"] for each in data["recoveries"]}["slices"] == 0.7
    assert {(each["region"], each["effort"]) for each in data["restricted"]} == {
        (region, effort) for region in params.restricted.kinds for effort in (1, 2)
    }
    assert data["mechanisms"]["probes"] == ["no cue", "cue", "rand. cue", "rand. image"]


def test_it_reads_what_the_locality_stage_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight seeds, so that there are intervals."""
    monkeypatch.chdir(tmp_path)
    params = params_with(tmp_path, CHANGES | {"seeds": list(range(8))})
    write_records(params)
    found = answers(params, {variant: read_records(params, variant) for variant in params.moved_variants})
    record = json.loads(json.dumps(found))
    early, mid = answers_of(record, {})
    assert (early["word"], mid["word"] is None) == (None, False)
    assert len(mid["sentence"]) > 20
    names = {figure["name"] for figure in mid["figures"]}
    assert {"locality index", "necessity", "explained by statistics alone (REPAIR)"} <= names
    recoveries = {each["region"]: each for each in recoveries_of(record)}
    assert set(recoveries) == {*params.restricted.kinds}
    for each in recoveries.values():
        assert len(each["seeds"]) == 8
        assert each["parameter_share"] > 0
    assert recoveries["slices"]["interval"][0] < recoveries["slices"]["value"] < recoveries["slices"]["interval"][1]
    assert contrasts_of(record) == []  # one depth has restricted paths
    convergence = convergence_of(record)
    assert {(each["effort"], len(each["gap"])) for each in convergence} == {("1", 8), ("2", 8)}


def test_a_part_without_records_says_what_turns_it_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    none: dict[str, object] = {
        "restricted.variants": [],
        "variants": ["control"],
        "mechanism.patterns": [],
        "finetune.methods": [],
    }
    bare = params_with(tmp_path, CHANGES | none)
    write_records(bare)
    for file in (layout.LOCALITY / layout.VERDICT, layout.COMPARISON / layout.PATHS):
        file.unlink()
    text = page_text(Part.whole(bare))
    for key in ("restricted.variants", "variants", "restricted.efforts", "mechanism.patterns"):
        assert f"{key}=" in text, key
    assert data_in(text)["mechanisms"] is None


def test_a_barrier_is_that_of_the_analysis_to_a_thousandth_of_its_unit(params: Params) -> None:
    variant, seed = params.paths[0]
    file = layout.analysis(variant, seed) / layout.DISTANCES
    with np.load(file) as arrays:
        kept = dict(arrays)
    ts = kept["scored_ts"]
    kept["linear_train_loss"] = 1.7525 + 0.0024791 * np.sin(np.pi * ts)  # nats, with ends that are far above it
    np.savez(file, **kept)
    (row,) = [row for row in paths_table(paths_of(params.paths)).rows if row[:2] == [variant, seed]]
    assert row[4] == pytest.approx(1000 * (kept["linear_train_loss"].max() - 1.7525), abs=1e-3)
