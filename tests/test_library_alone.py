"""The library works without the packages of the pipeline, and says which extra brings them."""

import ast
import re
import tomllib
from pathlib import Path

import imageio.v3 as imageio
import pytest

import mode_connectivity
from mode_connectivity.stages.errors import PIPELINE
from support.code_imports import PACKAGE, ROOT
from support.without_pipeline import run_alone

STUDY = """
import mode_connectivity as mc, numpy as np, torch
from torch import nn

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(4, 6), nn.ReLU(), nn.Linear(6, 3))
loader = [(torch.randn(16, 4), torch.arange(16) % 3) for _ in range(4)]
start = mc.adopt(model, {"model": model.state_dict()})
symmetry = mc.Symmetry.derive(model, loader[0][0])
swapped = symmetry.apply(start, symmetry.swap("0", [(0, 1)]))
matched = symmetry.apply(swapped, mc.match_weights(symmetry, start, swapped))
assert all(torch.equal(matched[name], tensor) for name, tensor in start.items())
middle = {name: (tensor + swapped[name]) / 2 for name, tensor in start.items()}
curve = mc.fit(model, mc.Bezier([start, middle, swapped]), loader, epochs=2, learning_rate=0.1)
ts = np.linspace(0, 1, 5)
profile = mc.sweep(model, curve, ts, {"train": loader})["train"]
assert mc.barrier(ts, profile.loss) >= 0
assert abs(profile.loss[0] - profile.loss[-1]) < 1e-5
distances = mc.layer_distances(curve, ts)
mc.animate(distances, "x.gif", fps=5)
assert mc.build("vgg13", num_classes=3, width=1 / 16)
print(len(distances.layers))
"""


def test_a_swap_a_fit_a_sweep_and_an_animation_need_no_pipeline(tmp_path: Path) -> None:
    done = run_alone(STUDY, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "2"
    assert len(imageio.imread(tmp_path / "x.gif", index=None)) == 5


def test_commands_on_files_need_no_pipeline(tmp_path: Path) -> None:
    done = run_alone("from mode_connectivity.commands import analyse, animate, swap", tmp_path)
    assert done.returncode == 0, done.stderr


def test_a_command_of_the_pipeline_says_what_to_install(tmp_path: Path) -> None:
    done = run_alone("from mode_connectivity.commands.main import main\nmain(['page', '--help'])", tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("error: No module named 'pydantic'; ")
    assert done.stderr.endswith("pip install 'mode_connectivity[study]'\n")
    assert done.stderr.count("\n") == 1


def test_importing_the_package_imports_nothing_until_a_name_is_used(tmp_path: Path) -> None:
    done = run_alone("import mode_connectivity, sys\nprint('torch' in sys.modules)", tmp_path)
    assert done.stdout == "False\n", done.stderr


def test_the_names_offered_are_those_that_the_types_know() -> None:
    stub = ast.parse((PACKAGE / "__init__.pyi").read_text())
    imported = {
        alias.name: node.module for node in stub.body if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    assert imported == {name: f"mode_connectivity.{place}" for name, place in vars(mode_connectivity)["PLACES"].items()}
    assert set(dir(mode_connectivity)) >= set(imported)
    for name in imported:
        assert getattr(mode_connectivity, name).__name__ == name
    misspelt = "fitt"
    with pytest.raises(AttributeError, match="module 'mode_connectivity' has no attribute 'fitt'"):
        getattr(mode_connectivity, misspelt)


def test_each_package_of_the_pipeline_is_in_the_extra_and_not_among_the_librarys() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    names = {"sklearn": "scikit-learn", "ruamel": "ruamel.yaml", "yaml": "pyyaml"}
    for module in PIPELINE:
        name = names.get(module, module)
        assert any(re.match(rf"{name}\b", need) for need in project["optional-dependencies"]["study"]), name
        assert not any(re.match(rf"{name}\b", need) for need in project["dependencies"]), name
