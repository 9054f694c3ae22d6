"""What the documents tell a user to set is what DVC and the params accept."""

import re
import shlex
import shutil
from pathlib import Path

import pytest
from dvc.utils.hydra import apply_overrides

from mode_connectivity.params import Params
from mode_connectivity.params.loading import load
from support.code_imports import ROOT

DOCUMENTS = [ROOT / "README.md", ROOT / "params.yaml", *sorted(ROOT.glob("reports/studies/*/README.md"))]
VALUE = re.compile(r"-S ('[^']*'|[^\s`;]+)")


def documented() -> list[list[str]]:
    """What `-S` sets, a list for each line (and its continuations) of a document."""
    lines = [line for file in DOCUMENTS for line in file.read_text().replace("\\\n", " ").splitlines()]
    return [[shlex.split(value)[0] for value in VALUE.findall(line)] for line in lines if VALUE.search(line)]


@pytest.mark.parametrize("overrides", documented(), ids=" ".join)
def test_it_is_accepted(overrides: list[str], tmp_path: Path) -> None:
    file = tmp_path / "params.yaml"
    shutil.copy(ROOT / "params.yaml", file)
    apply_overrides(file, overrides)
    assert load(Params, file) != load(Params, ROOT / "params.yaml")
