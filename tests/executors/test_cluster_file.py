"""cluster.yaml is checked like params.yaml, and a stage gets the most special of what it says."""

import re
from pathlib import Path

import pytest
import yaml

from mode_connectivity.executors.slurm.cluster import Cluster
from support.code_imports import ROOT

EXAMPLES = re.findall(r"^```yaml\n(.*?)^```", (ROOT / "docs/slurm.md").read_text(), re.DOTALL | re.MULTILINE)


def cluster(folder: Path, text: str) -> Cluster:
    (folder / "cluster.yaml").write_text(text)
    return Cluster.load(folder / "cluster.yaml")


def test_the_most_special_word_counts(tmp_path: Path) -> None:
    values = {"defaults": {"cpus": 2, "time": "2:00:00"}, "stages": {"curve": {"cpus": 4}, "curve@mid-0": {"gpus": 1}}}
    ours = cluster(tmp_path, yaml.safe_dump(values))
    found = ours.resources("curve@mid-0")
    assert (found.cpus, found.gpus, found.time) == (4, 1, "2:00:00")
    assert ours.resources("curve@mid-1").gpus == 0
    assert ours.resources("report").cpus == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("defaults: {cpu: 2}", "defaults.cpu: unknown key; did you mean cpus"),
        ("stages: {curve: {cpu: 2}}", "stages.curve.cpu: unknown key; did you mean cpus"),
        ("stages: {curve: {memory: lots}}", "stages.curve.memory: string should match"),
        ("defaults: {time: soon}", "defaults.time: string should match"),
        ("stage: {}", "stage: unknown key; did you mean stages"),
    ],
)
def test_a_misfit_is_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        cluster(tmp_path, text)


@pytest.mark.parametrize("time", ["90", "1:30:00", "1-12:00:00", '"02:00"'])
def test_a_time_is_read_as_slurm_reads_it(tmp_path: Path, time: str) -> None:
    assert cluster(tmp_path, f"defaults:\n  time: {time}\n").resources("curve").time == time.strip('"')


def test_a_stage_that_is_not_there_is_named(tmp_path: Path) -> None:
    ours = cluster(tmp_path, "stages: {curves: {cpus: 2}}")
    with pytest.raises(ValueError, match=r"stages.curves: no such stage; did you mean curve\?"):
        ours.check_stages(["curve@mid-0", "report"])


def test_a_missing_file_says_where_examples_are(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=re.escape("docs/slurm.md")):
        Cluster.load(tmp_path / "cluster.yaml")


@pytest.mark.parametrize("text", EXAMPLES)
def test_documented_examples_are_accepted(tmp_path: Path, text: str) -> None:
    stages = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]
    cluster(tmp_path, text).check_stages(stages)
