"""No run has more metric keys than a person reads: the records of every stage, and a study of many variants."""

from contextlib import chdir
from pathlib import Path

import pytest

from mode_connectivity.commands.sync import _records
from mode_connectivity.foundations import layout
from mode_connectivity.params import Params
from mode_connectivity.tracking.record import KEYS, OF_EVERY_RUN, first_keys, series_of
from support.project_copy import Project

pytestmark = pytest.mark.filterwarnings("ignore")


def test_no_stage_logs_more_keys_than_a_run_may_have(finished_study: Project, tmp_path: Path) -> None:
    with chdir(finished_study.copied(tmp_path).root):
        records = list(_records(Params.load(layout.PARAMS)))
    keys = {record.name: {*record.metrics, *record.series, *OF_EVERY_RUN} for record in records}
    assert {"analysis@mid-0", "report", "mechanism_report", "mechanism@lmc-0"} <= set(keys)
    assert {name: len(each) for name, each in keys.items() if len(each) > KEYS} == {}


def test_of_many_variants_the_first_figures_are_kept() -> None:
    figures = {f"variant {k}/barrier": float(k) for k in range(100)}
    kept = first_keys(figures)
    assert list(kept.items()) == list(figures.items())[: KEYS - len(OF_EVERY_RUN)]
    assert series_of([{"loss": 1.0, "learning_rate": 0.1}]) == {"epoch/loss": [1.0]}
