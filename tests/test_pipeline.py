"""dvc.yaml tells the truth: it names what the code uses and writes, no more and no less."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from mode_connectivity.foundations import layout
from mode_connectivity.params import Params
from support.code_imports import PACKAGE, ROOT, closure, place

# Every stage reads these; a change of theirs that matters shows in a param, a path or a tracked run, or in no result.
EXCEPTIONS = ("params", "tracking")
HALVES = ("data", "studies")  # rooms of which a stage names the part that it uses
RUNNERS = ("__init__", "__main__", "errors", "program", "running")  # what runs any stage
PIPELINE: dict[str, Any] = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]
LIBRARY = "${lib}/"


def dependency(file: Path) -> str | None:
    """What a stage that uses the file names in dvc.yaml: its room or a part of it, and of the stages its own file."""
    room, *parts = place(file).removesuffix(".py").split("/")
    if room in EXCEPTIONS or not parts or (room == "stages" and parts[0] in RUNNERS):
        return None
    if room == "stages":
        return place(file)
    if room in HALVES:
        return None if parts == ["__init__"] else f"{room}/{parts[0]}"
    return room


@pytest.mark.parametrize("name", PIPELINE)
def test_stage_depends_on_exactly_the_code_it_imports(name: str) -> None:
    used = {dependency(path) for path in closure(PACKAGE / "stages" / f"{name}.py")} - {None}
    listed = {dep.removeprefix(LIBRARY) for dep in PIPELINE[name]["deps"] if dep.startswith(LIBRARY)}
    assert listed == used


@pytest.mark.parametrize("name", PIPELINE)
def test_stage_is_run_by_the_module_it_is_named_after(name: str) -> None:
    assert PIPELINE[name]["cmd"].startswith(f"sh src/scripts/stage {name}")
    assert (PACKAGE / "stages" / f"{name}.py").is_file()
    items = re.findall(r"--(\w+) \$\{item\.(\w+)\}", PIPELINE[name]["cmd"])
    assert [option for option, _ in items] == [item for _, item in items] == list(PIPELINE[name].get("matrix", {}))


def test_layout_names_every_output_and_no_other() -> None:
    variant, pattern, method = "${item.variant}", "${item.pattern}", "${item.method}"
    seed: Any = "${item.seed}"
    trained = [layout.endpoint(seed), layout.finetuned(method, seed)]
    trained += [layout.cue_endpoint(kind, seed) for kind in ("cue", "clean")]
    swapped = layout.swapped(variant, seed)
    places = {layout.SOURCE, layout.IMPORTS, layout.DATASET, layout.CUE_SOURCE, layout.PRETRAINED, layout.CUES}
    places |= {*trained, *map(layout.history, trained), swapped, layout.metadata(swapped)}
    places |= {layout.curve(variant, seed).parent, layout.analysis(variant, seed), layout.baselines(variant, seed)}
    places |= {layout.regions(variant, seed), layout.plane("${item.of}"), layout.CONTACT_SHEETS, layout.PAGE}
    places |= {layout.mechanism_path(pattern, seed), layout.mechanism(pattern, seed)}
    places |= {layout.NEURON_SWAP / name for name in layout.NEURON_SWAP_FILES}
    places |= {layout.MECHANISMS / name for name in layout.MECHANISMS_FILES}
    assert {path for path, _ in outs()} == {path.as_posix() for path in places}


def outs() -> list[tuple[str, bool]]:
    """Every output, metric and plot of a stage, and whether DVC caches it."""
    listed = [o for s in PIPELINE.values() for kind in ("outs", "metrics", "plots") for o in s.get(kind, [])]
    pairs = [next(iter(out.items())) if isinstance(out, dict) else (out, {}) for out in listed]
    return [(path, options.get("cache") is not False) for path, options in pairs]


def test_params_of_stages_exist_and_all_params_are_used() -> None:
    params = Params.load(ROOT / "params.yaml").model_dump()
    methods = params["finetune"]["methods"]
    templates = {key for stage in PIPELINE.values() for key in stage["params"]}
    listed = {key.replace("${item.method}", method) for key in templates for method in methods}
    for key in listed:
        value: Any = params
        for part in key.split("."):
            value = value[part]
    assert {key.split(".")[0] for key in listed} == set(params)


def test_only_small_reports_are_committed_to_git() -> None:
    """As metrics and plots: a stage with a plain output that DVC does not cache would run again after a lost lock."""
    committed = tuple(f"{folder.as_posix()}/" for folder in (layout.NEURON_SWAP, layout.MECHANISMS))
    for path, cached in outs():
        assert cached != path.startswith(committed)
    assert all(isinstance(out, str) for stage in PIPELINE.values() for out in stage.get("outs", []))


def test_regions_depend_on_the_params_of_a_curve_that_they_share() -> None:
    """Named one by one, since a curve's own epochs must not train the regions anew."""
    own = {"curve.replicates", "curve.epochs", "curve.learning_rate"}
    keys = {f"curve.{key}" for key in Params.load(ROOT / "params.yaml").curve.model_dump()} - own
    assert {key for key in PIPELINE["restricted"]["params"] if key.startswith("curve")} == keys
