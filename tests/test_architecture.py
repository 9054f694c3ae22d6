"""The house rules that can be read off the imports."""

import subprocess
import sys
from pathlib import Path

import pytest

from support.code_imports import PACKAGE, SRC, closure, imports_of, modules_of, place, room, source_files

# From the top of the house to its ground; what stands on one line may not import its neighbours.
FLOORS = [
    {"commands"},
    {"stages"},
    {"reports"},
    {"studies"},
    {"tracking"},
    {"plots"},
    {"finetuning"},
    {"datasets.py", "evaluation.py", "geometry.py"},
    {"measures"},
    {"statistics"},
    {"paths"},
    {"symmetry"},
    {"training"},
    {"models"},
    {"data"},
    {"params"},
    {"foundations"},
    {"__init__.py"},
]
LIBRARY = {"plots", "finetuning", "measures", "statistics", "paths", "symmetry", "training", "models", "data"}
WORLD = {"params", "tracking", "studies"}
LAYOUT = PACKAGE / "foundations" / "layout.py"  # where a study keeps what; the library does not know it
ON_DISK = {"training/states.py", "training/keeping.py"}  # what a training resumes from


def floor(name: str) -> int:
    (level,) = [k for k, rooms in enumerate(FLOORS) if name in rooms]
    return level


@pytest.mark.parametrize("file", source_files(), ids=lambda file: str(file.relative_to(PACKAGE)))
def test_imports_point_downwards(file: Path) -> None:
    here = room(file)
    for imported in imports_of(file):
        there = room(imported)
        assert there == here or floor(there) > floor(here), f"{there} does not lie below {here}"


def test_no_file_imports_itself_by_way_of_others() -> None:
    """Files import each other in no circle, rooms or not; a package stands for the files it names."""
    waiting = {file: {each for each in modules_of(file) if each != file} for file in source_files()}
    while waiting:
        free = {file for file, needed in waiting.items() if not needed & waiting.keys()}
        assert free, sorted(place(file) for file in waiting)
        waiting = {file: needed for file, needed in waiting.items() if file not in free}


SHARED = {f"stages/{name}.py" for name in ("errors", "program", "running")} | {
    f"commands/{name}.py" for name in ("children", "curve", "stage_graph")
}


def test_stages_and_commands_do_not_import_each_other() -> None:
    for file in source_files():
        if room(file) in ("stages", "commands") and file.name not in ("__main__.py", "main.py"):
            others = {place(each) for each in modules_of(file) if room(each) == room(file)}
            assert others <= SHARED, (place(file), others)


def test_library_knows_no_params_no_places_and_no_tracking() -> None:
    for file in source_files():
        if room(file) in LIBRARY:
            assert not {room(imported) for imported in imports_of(file)} & WORLD, file
            assert LAYOUT not in imports_of(file) or place(file) in ON_DISK, file
            reads = PACKAGE / "foundations" / "checkpoints.py" in closure(file)
            assert not reads or place(file) in ON_DISK, file


def test_only_tracking_knows_mlflow() -> None:
    for file in source_files():
        imported = "mlflow import" in file.read_text() or "import mlflow" in file.read_text()
        assert not imported or room(file) == "tracking", file


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


def test_no_two_test_files_have_the_same_name() -> None:
    """Pytest imports them by their bare names, so the second of a name is an error where both run."""
    names = [path.name for path in Path(__file__).parent.rglob("test_*.py")]
    assert len(names) == len(set(names))
