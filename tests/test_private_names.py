"""Of DVC and MLflow the product uses their commands, the graph of stages, and what MLflow documents; nothing else."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.code_imports import SRC

DOCUMENTED = {
    "dvc.api",
    "dvc.repo.Repo",  # for `index.graph` alone
    "mlflow",
    "mlflow.MlflowClient",
    *(f"mlflow.entities.{name}" for name in ("Dataset", "DatasetInput", "InputTag", "Metric", "Param")),
}
OF_REPO = {"index"}
OF_INDEX = {"graph"}


def imported(tree: ast.AST) -> Iterator[str]:
    """The names of DVC and MLflow that a file imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from (name for name in names if name.partition(".")[0] in ("dvc", "mlflow"))


def attributes_of(tree: ast.AST, name: str) -> Iterator[str]:
    """The attributes that are taken of a variable or attribute of this name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            owner = node.value
            if (isinstance(owner, ast.Name) and owner.id == name) or (
                isinstance(owner, ast.Attribute) and owner.attr == name
            ):
                yield node.attr


@pytest.mark.parametrize("file", sorted(SRC.rglob("*.py")), ids=lambda file: str(file.relative_to(SRC)))
def test_no_private_name_is_used(file: Path) -> None:
    tree = ast.parse(file.read_text())
    names = set(imported(tree))
    assert names <= DOCUMENTED
    if "dvc.repo.Repo" in names:
        assert set(attributes_of(tree, "repo")) <= OF_REPO
        assert set(attributes_of(tree, "index")) <= OF_INDEX


def test_a_private_name_is_found() -> None:
    tree = ast.parse("from dvc.utils.serialize import load_yaml\nimport mlflow.store.tracking\nrepo.lock\n")
    assert set(imported(tree)) - DOCUMENTED == {"dvc.utils.serialize.load_yaml", "mlflow.store.tracking"}
    assert set(attributes_of(tree, "repo")) - OF_REPO == {"lock"}
