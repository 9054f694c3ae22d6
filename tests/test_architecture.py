"""The house rules that can be read off the imports."""

import subprocess
import sys
from pathlib import Path

import pytest

from imports import PACKAGE, SRC, imports_of, room, source_files

# From the top of the house to its ground; what stands on one line may not import its neighbours.
FLOORS = [
    {"commands"},
    {"stages"},
    {"tracking.py", "plots"},
    {"finetuning"},
    {"evaluation", "geometry", "statistics"},
    {"paths"},
    {"symmetry"},
    {"training"},
    {"models", "datasets"},
    {"checkpoints.py", "params", "layout.py", "precision.py"},
    {"atomic.py", "randomness.py"},
    {"__init__.py"},
]
LIBRARY = {
    "finetuning",
    "evaluation",
    "geometry",
    "statistics",
    "paths",
    "symmetry",
    "training",
    "models",
    "datasets",
    "plots",
}
WORLD = {"params", "layout.py", "tracking.py", "checkpoints.py"}


def floor(name: str) -> int:
    (level,) = [k for k, rooms in enumerate(FLOORS) if name.split("/")[0] in rooms]
    return level


@pytest.mark.parametrize("file", source_files(), ids=lambda file: str(file.relative_to(PACKAGE)))
def test_imports_point_downwards(file: Path) -> None:
    here = room(file).split("/")[0]
    for imported in imports_of(file):
        there = room(imported).split("/")[0]
        assert there == here or floor(there) > floor(here), f"{there} does not lie below {here}"


def test_library_knows_no_params_no_places_and_no_tracking() -> None:
    for file in source_files():
        if room(file) in LIBRARY:
            assert not {room(imported) for imported in imports_of(file)} & WORLD, file


def test_only_tracking_knows_mlflow() -> None:
    for file in source_files():
        assert ("mlflow import" in file.read_text() or "import mlflow" in file.read_text()) == (
            file.name == "tracking.py"
        ), file


def test_library_imports_without_mlflow_dvc_and_pickle_loads() -> None:
    rooms = ", ".join(f"mode_connectivity.{name}" for name in sorted(LIBRARY))
    code = f"import sys\nimport {rooms}\nassert 'mlflow' not in sys.modules and 'dvc' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": str(SRC)})
    for file in source_files():
        assert "import pickle" not in file.read_text()
        assert "torch.load(" not in file.read_text() or "weights_only=True" in file.read_text()


def test_the_product_knows_nothing_of_its_benchmarks() -> None:
    for file in source_files():
        assert "benchmarks" not in file.read_text(), file
