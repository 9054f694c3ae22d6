"""The page holds what the records say, is one file, and repeats to the byte."""

import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from mode_connectivity.foundations import layout
from mode_connectivity.params import Params
from mode_connectivity.reports.blocks import Section, Table
from mode_connectivity.reports.neuron_swap.report import write_report
from mode_connectivity.reports.page.page import HERE, PICTURES, page_text
from mode_connectivity.reports.records import collected
from mode_connectivity.reports.rendering import html
from support.in_process import params_with
from support.written_records import CHANGES, written_records


@pytest.fixture
def params(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Params:
    monkeypatch.chdir(tmp_path)
    found = params_with(tmp_path, CHANGES)
    written_records(found)
    return found


def page(params: Params) -> str:
    return page_text(params, collected(params), PICTURES)


def data_in(text: str) -> Any:
    (embedded,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    return json.loads(embedded)


def test_it_is_one_file_that_repeats_and_embeds_data_and_library_once(params: Params) -> None:
    text = page(params)
    assert text == page(params)
    assert text.count("plotly.js (basic") == 1
    own = re.sub(r"<script>.*?</script>", "", text, flags=re.DOTALL)
    addresses = re.findall(r'(?:src|href)="([^"]*)"', own)
    assert {address.partition(":")[0] for address in addresses if not address.startswith("#")} == {"data"}
    assert "url(" not in own
    assert "@import" not in own
    assert len(data_in(text)["paths"]) == 6


def test_it_says_the_answers_first(params: Params) -> None:
    text = page(params)
    lead = text.partition('<ul class="lead">')[2].partition("</ul>")[0]
    assert re.findall(r"<li>(\w+): <strong>(.*?)</strong>", lead) == [("early", "not tried"), ("mid", "points")]
    answer = text.partition('<section id="answer"')[2].partition("</section>")[0]
    assert "<strong>mid (conv 1.2, 1 pair)</strong>: points. 2 seeds, fewer than 7" in answer
    assert "Not tried, as no region was trained there: early." in answer
    assert "| " not in answer


def test_the_report_and_the_page_say_the_same(params: Params, tmp_path: Path) -> None:
    """All cells of every table, in both forms."""
    write_report(tmp_path, params, collected(params), whole=False)
    rows = [line for line in (tmp_path / layout.REPORT).read_text().splitlines() if line.startswith("| ")]
    cells = {
        cell.replace("\\|", "|") for row in rows for cell in re.split(r" (?<!\\)\| ", row[2:-2]) if "---" not in cell
    }
    shown = set(map(unescape, re.findall(r"<t[dh](?: [^>]*)?>(.*?)</t[dh]>", page(params))))
    assert len(cells) > 100
    assert cells <= shown


def test_what_it_says_is_escaped() -> None:
    section = Section(
        "a", "A", "Both < all", ["*Less* than 5 % & no `<b>`.", Table("<i>", ["|D|", "C"], [["<td>", 0.25]])]
    )
    values: dict[str, object] = {name: [] for name in ("lead", "openings", "params_tables")}
    values |= {"stills": {}, "sheets": {}, "versions": {}}
    values |= dict.fromkeys(("payload", "style", "plotting", "script", "title"), "")
    compute = {"compute": {"device": "cpu", "precision": "fp32", "threads": 1}}
    data: dict[str, object] = {"variants": [], "seeds": []}
    text = html(HERE / "page.html.j2", **values, sections=[section], data=data, params=compute)
    assert "<em>Less</em> than 5 % &amp; no <code>&lt;b&gt;</code>." in text
    assert "<td>&lt;td&gt;</td>" in text
    assert '<td class="number" data-value="0.25">0.25</td>' in text


def test_its_numbers_are_those_of_the_records(params: Params) -> None:
    data = data_in(page(params))
    mid = next(path for path in data["paths"] if (path["variant"], path["seed"]) == ("mid", 0))
    assert (mid["swapped"], mid["readers"]) == ("conv 1.2", ["conv 2.1"])
    assert mid["distance"][-1] == [0, 2, 0, 0]
    assert mid["correction"][15] == pytest.approx([0.055, 0.11, 0.165, 0.22])
    assert {(each["region"], each["effort"]) for each in data["restricted"]} == {
        (region, effort) for region in params.restricted.kinds for effort in (1, 2)
    }
    assert data["mechanisms"]["probes"] == ["no cue", "cue", "rand. cue", "rand. image"]


def test_a_part_without_records_says_what_turns_it_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    none: dict[str, object] = {
        "restricted.variants": [],
        "variants": ["control"],
        "mechanism.patterns": [],
        "finetune.methods": [],
    }
    bare = params_with(tmp_path, CHANGES | none)
    written_records(bare)
    text = page(bare)
    for key in ("restricted.variants", "variants", "restricted.efforts", "mechanism.patterns"):
        assert f"{key}=" in text, key
    assert data_in(text)["mechanisms"]["paths"] == []
