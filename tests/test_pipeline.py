"""dvc.yaml tells the truth: it names what the code uses and writes, no more and no less."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from mode_connectivity import layout
from mode_connectivity.params import Params
from mode_connectivity.params.variants import RESEEDS
from support.code_imports import PACKAGE, ROOT, closure, place

# Every stage reads these; a change of theirs that matters shows in a param, a path or a tracked run, or in no result.
EXCEPTIONS = ("__init__.py", "params", "layout.py", "running", "tracking", "warm")
# Rooms of which a stage names the files that it uses; of every other it names the room.
BY_FILE = ("stages", "neuron_swap", "mechanisms", "study")
PIPELINE: dict[str, Any] = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]
LIBRARY = "${lib}/"


def module_of(name: str) -> str:
    return str(PIPELINE[name]["cmd"].split()[2])


def dependency(file: Path) -> str | None:
    """What a stage that uses the file names in dvc.yaml."""
    parts = place(file).split("/")
    if parts[0] in EXCEPTIONS or (parts[0] in (*BY_FILE, "reports") and parts[-1] == "__init__.py"):
        return None
    if parts[0] == "reports":
        return "/".join(parts[:2])
    return place(file) if parts[0] in BY_FILE else parts[0]


@pytest.mark.parametrize("name", PIPELINE)
def test_stage_depends_on_exactly_the_code_it_imports(name: str) -> None:
    used = {dependency(path) for path in closure(PACKAGE / "stages" / f"{module_of(name)}.py")} - {None}
    listed = {dep.removeprefix(LIBRARY) for dep in PIPELINE[name]["deps"] if dep.startswith(LIBRARY)}
    assert listed == used


@pytest.mark.parametrize("name", PIPELINE)
def test_stage_is_run_by_the_module_it_is_named_after(name: str) -> None:
    assert PIPELINE[name]["cmd"].startswith("sh src/scripts/stage ")
    assert module_of(name) == (name if name == "reseed" else name.removeprefix("reseed_"))
    assert (PACKAGE / "stages" / f"{module_of(name)}.py").is_file()
    items = re.findall(r"--(\w+) \$\{item\.(\w+)\}", PIPELINE[name]["cmd"])
    assert [option for option, _ in items] == [item for _, item in items] == list(PIPELINE[name].get("matrix", {}))


def test_layout_names_every_output_and_no_other() -> None:
    def places(variant: str, seed: Any) -> set[str]:
        endpoint, swapped, curve = layout.endpoint(seed), layout.swapped(variant, seed), layout.curve(variant, seed)
        again = layout.curve(variant, seed, "${item.replicate}")
        paths = {layout.SOURCE, layout.IMPORTS, layout.DATASET}
        paths |= {layout.analysis(variant, seed), layout.plane(variant, seed)}
        paths |= {
            layout.restricted(variant, seed, "${item.restrict}", "${item.effort}"),
            layout.baselines(variant, seed),
        }
        paths |= {layout.endpoint_plane("${item.ends}")}
        for end in RESEEDS:
            paths |= {layout.swapped(end, seed), layout.metadata(layout.swapped(end, seed))}
        paths |= {endpoint, layout.history(endpoint), swapped, layout.metadata(swapped), curve, layout.history(curve)}
        paths |= {again, layout.history(again)}
        paths |= {layout.COMPARISON / name for name in layout.COMPARISON_FILES}
        paths |= {layout.LOCALITY / name for name in layout.LOCALITY_FILES}
        paths |= {layout.CUE_SOURCE, layout.CUES, layout.CONTACT_SHEETS}
        for kind in ("cue", "clean"):
            paths |= {layout.cue_endpoint(kind, seed), layout.history(layout.cue_endpoint(kind, seed))}
        pattern = "${item.pattern}"
        made = layout.mechanism_path(pattern, seed)
        paths |= {layout.mechanism(pattern, seed), made, layout.history(made)}
        tuned = layout.finetuned("${item.method}", seed)
        paths |= {layout.PRETRAINED, tuned, layout.history(tuned)}
        paths |= {layout.MECHANISMS / name for name in layout.MECHANISMS_FILES}
        paths.add(layout.PAGE)
        return {path.as_posix() for path in paths}

    outs = [out for stage in PIPELINE.values() for out in (*stage.get("outs", []), *stage.get("metrics", []))]
    assert {next(iter(out)) if isinstance(out, dict) else out for out in outs} == places(
        "${item.variant}", "${item.seed}"
    )


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
    committed = tuple(f"{folder.as_posix()}/" for folder in (layout.COMPARISON, layout.LOCALITY, layout.MECHANISMS))
    for stage in PIPELINE.values():
        for out in (*stage.get("outs", []), *stage.get("metrics", [])):
            path, options = next(iter(out.items())) if isinstance(out, dict) else (out, {})
            assert (options.get("cache") is False) == path.startswith(committed)


def test_curves_depend_on_all_their_params_but_the_list_of_replicates() -> None:
    """Named one by one, since another replicate must not train the curves anew."""
    keys = {f"curve.{key}" for key in Params.load(ROOT / "params.yaml").curve.model_dump()} - {"curve.replicates"}
    for name in ("curve", "replicate", "reseed_curve"):
        assert {key for key in PIPELINE[name]["params"] if key.startswith("curve")} == keys
