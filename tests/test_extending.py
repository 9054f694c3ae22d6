"""What docs/extending.md shows is applied to a copy of a finished study and run; few files are touched."""

import re
import shlex
import shutil
from pathlib import Path

import pytest

from support.code_imports import ROOT
from support.project_copy import FINISHED, Project

PAGE = ROOT / "docs" / "extending.md"
BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)
# Existing files that an addition may touch.
TOUCHED = {
    "A kind of path": 2,
    "A distance": 2,
    "A data source": 2,
    "A network": 1,
    "A fine-tuning method": 3,
    "A stage": 2,
}


def sections() -> dict[str, list[tuple[str, str]]]:
    """title -> its blocks, (language, text)."""
    parts = re.split(r"^## (.+)$", PAGE.read_text(), flags=re.MULTILINE)
    return {title: BLOCK.findall(text) for title, text in zip(parts[1::2], parts[2::2], strict=True)}


def test_the_page_shows_each_kind_of_addition() -> None:
    assert set(sections()) == set(TOUCHED)


@pytest.mark.slow
@pytest.mark.parametrize("title", TOUCHED)
def test_an_addition_runs(title: str, finished_study: Project, tmp_path: Path) -> None:
    copy = finished_study.copied(tmp_path / "copy")
    shown = sections()[title]
    for language, text in shown:
        if language == "python":
            head, _, body = text.partition("\n")
            (copy.root / head.removeprefix("# new file: ")).write_text(body)
        elif language == "diff":
            of_params = "a/params.yaml" in text
            if of_params:  # the copy's own are changed and without comments
                shutil.copy(ROOT / "params.yaml", copy.root)
            (tmp_path / "shown.diff").write_text(text)
            copy.run("git", "apply", "--recount", "--unidiff-zero", str(tmp_path / "shown.diff"))
            if of_params:
                copy.set(FINISHED)
    copy.run("ruff", "check", "--config", str(ROOT / "pyproject.toml"), "src")
    status = copy.run("git", "status", "--porcelain").stdout.splitlines()
    assert len([line for line in status if line.startswith(" M")]) == TOUCHED[title]
    (command,) = [text for language, text in shown if language == "bash"]
    words = shlex.split(command)
    assert words[-1] in copy.stages_run(*words)
