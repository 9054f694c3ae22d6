"""A study in parts: each ends in time, the next goes on, and the end is a whole study without DVC and tracking."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
from dvc.repo import Repo

from mode_connectivity import layout
from mode_connectivity.commands.main import main
from mode_connectivity.commands.study_gpu import STUDY
from mode_connectivity.executors.graph import stage_graph
from mode_connectivity.executors.in_parts import GOES_ON, RECORDS, run_part
from mode_connectivity.executors.study_tasks import tasks_of
from mode_connectivity.executors.tasks import Task, only, seed_by_seed
from mode_connectivity.params import Params
from mode_connectivity.params.changing import changed
from mode_connectivity.params.loading import ParamsError
from support.code_imports import ROOT
from support.project_copy import SMALL

OTHER = {"compute.device": "cpu", "compute.precision": "fp32", "dataset.source": "digits", "curve.epochs": 2}
REGIONS = ["slices", "placebo_slices", "outside", "all"]
TINY = {key: json.dumps(value) for key, value in (SMALL | OTHER).items()}


def part(folder: Path, seconds: float, **more: str) -> int:
    words = [f"{key}={value}" for key, value in (TINY | more).items()]
    options = [option for word in words for option in ("--set", word)]
    arguments = [
        "study-gpu",
        str(folder),
        "--seconds",
        str(seconds),
        "--jobs",
        "2",
        "--params",
        str(ROOT / "params.yaml"),
    ]
    with pytest.raises(SystemExit) as ended:
        main([*arguments, *options])
    return int(ended.value.code) if isinstance(ended.value.code, int) else 1


def test_every_task_stands_behind_what_it_needs(tmp_path: Path) -> None:
    (tmp_path / "params.yaml").write_text(
        changed(ROOT / "params.yaml", STUDY | {"curve.replicates": [1], "restricted.kinds": ["slices"]})
    )
    seen: set[str] = set()
    for task in seed_by_seed(tasks_of(Params.load(tmp_path / "params.yaml"))):
        assert seen.issuperset(task.needs), task.name
        assert task.name not in seen
        seen.add(task.name)
    assert {"restricted@mid-0-slices-1", "replicate@early-1-1", "analysis@reseed-0", "locality"} <= seen


def with_all_needs(graph: Mapping[str, Iterable[str]]) -> dict[str, set[str]]:
    reached: dict[str, set[str]] = {}
    for name, needs in graph.items():  # needs stand before what needs them
        reached[name] = set(needs).union(*(reached[need] for need in needs))
    return reached


@pytest.mark.filterwarnings("ignore:_NoneStep:DeprecationWarning")  # of a library that DVC uses
def test_tasks_are_the_stages_of_dvc_and_need_at_least_what_those_need() -> None:
    with Repo(ROOT) as repo:
        dvc = {
            name.removeprefix("reseed_"): [need.removeprefix("reseed_") for need in needs]
            for name, needs in stage_graph(repo).items()
        }
    ours = {task.name: task.needs for task in tasks_of(Params.load(ROOT / "params.yaml"))}
    assert ours.keys() == dvc.keys()
    wanted, offered = with_all_needs(dvc), with_all_needs(ours)
    assert all(offered[name] >= needs for name, needs in wanted.items())


def test_a_mechanisms_study_alone_needs_no_swap(tmp_path: Path) -> None:
    stages = {task.stage for task in only(seed_by_seed(tasks(tmp_path)), ["mechanism_report"])}
    mechanisms = {"cue_dataset", "cue_endpoint", "mechanism", "mechanism_scores", "finetune", "mechanism_report"}
    assert stages == {"source", "dataset", *mechanisms}
    assert not mechanisms & {task.stage for task in tasks(tmp_path, cue_endpoint__seeds=[])}


def tasks(tmp_path: Path, **values: object) -> list[Task]:
    chosen = {key.replace("__", "."): value for key, value in values.items()}
    (tmp_path / "params.yaml").write_text(
        changed(ROOT / "params.yaml", {"restricted.variants": ["mid"], "reseed.seeds": [], **chosen})
    )
    return tasks_of(Params.load(tmp_path / "params.yaml"))


def test_whole_seeds_come_first_and_further_efforts_last(tmp_path: Path) -> None:
    ordered = seed_by_seed(tasks(tmp_path, seeds=[3, 1], restricted__kinds=["all"], restricted__efforts=[1, 2]))
    names = [task.name for task in ordered]
    assert names[:4] == ["source", "dataset", "cue_dataset", "endpoint@3"]
    assert names.index("restricted@mid-3-all-1") < names.index("endpoint@1") < names.index("restricted@mid-3-all-2")
    assert names.index("restricted@mid-1-all-1") < names.index("restricted@mid-3-all-2")
    assert names[-1] == "page"


def test_chosen_stages_bring_what_they_need_and_nothing_else(tmp_path: Path) -> None:
    all_of_it = tasks(tmp_path, restricted__kinds=["all"])
    assert {task.stage for task in only(all_of_it, ["restricted"])} == {
        "source",
        "dataset",
        "endpoint",
        "swap",
        "restricted",
    }
    assert {task.item("variant") for task in only(all_of_it, ["restricted"]) if task.stage == "swap"} == {"mid"}
    assert [task.name for task in only(all_of_it, ["swap@mid-*"])][-1] == "swap@mid-1"
    assert not [task for task in only(all_of_it, ["swap@mid-*"]) if task.item("variant") == "early"]
    with pytest.raises(ValueError, match="no stage 'restrict' in this study; there are analysis, baselines"):
        only(all_of_it, ["restrict"])


def test_params_that_cannot_be_used_leave_a_folder_free_for_mended_ones(tmp_path: Path) -> None:
    with pytest.raises(ParamsError, match=r"model\.width"):
        run_part(tmp_path, changed(ROOT / "params.yaml", {"model.width": -1}), 1, 0.0, results=tmp_path / "results")
    assert run_part(tmp_path, changed(ROOT / "params.yaml", {}), 1, 0.0, results=tmp_path / "results") == GOES_ON


def test_unknown_keys_are_named(tmp_path: Path) -> None:
    with pytest.raises(ParamsError, match=r"model\.wide: unknown key"):
        changed(ROOT / "params.yaml", {}, ["model.wide=1"])
    with pytest.raises(ParamsError, match="give it as KEY=VALUE"):
        changed(ROOT / "params.yaml", {}, ["seeds"])


@pytest.mark.slow
def test_a_tiny_study_in_parts(tmp_path: Path) -> None:
    folder = tmp_path / "study"
    assert part(folder, 1.0) == GOES_ON
    assert not list((folder / RECORDS).glob("*.done"))
    assert part(folder, 3000.0) == 0
    found = json.loads((folder / "results" / layout.analysis("mid", 0) / layout.SUMMARY).read_text())
    assert found["swapped_layer"] == "features.12"
    for made in (layout.LOCALITY / layout.VERDICT, layout.MECHANISMS / layout.METRICS, layout.PAGE):
        assert (folder / "results" / made).is_file()
    assert (folder / "results" / layout.history(layout.curve("mid", 0))).is_file()
    assert not list((folder / "results").rglob("*.safetensors"))
    assert part(folder, 0.0) == 0
    assert part(folder, 0.0, seeds="[0, 1]") == 1


@pytest.mark.slow
def test_the_records_of_chosen_stages_suffice_for_the_answer(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(changed(ROOT / "params.yaml", SMALL | OTHER | {"restricted.kinds": REGIONS}))
    folder, results = tmp_path / "study", tmp_path / "results"
    options = ["--params", str(own), "--seconds", "3000", "--results", str(results), "--stages", "baselines,restricted"]
    with pytest.raises(SystemExit) as ended:
        main(["study-in-parts", str(folder), *options])
    assert ended.value.code == 0
    assert not (folder / layout.curve("mid", 0)).exists()
    assert json.loads((results / layout.PARAMS).read_text()) == json.loads(own.read_text())
    main(["verdict", str(results)])
    with pytest.raises(SystemExit) as ended:  # a folder that is lost: another one has nothing to do
        main(["study-in-parts", str(tmp_path / "another"), *options])
    assert ended.value.code == 0
    assert not (tmp_path / "another" / layout.endpoint(0)).exists()
    assert (results / layout.LOCALITY.name / layout.VERDICT).is_file()
