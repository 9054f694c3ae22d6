"""A lock file that a kill left cut is mended by two documented commands, and no finished stage runs again."""

import os
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from support.cheap_graph import CheapProject, lock_of

MEND = ("git", "checkout", "dvc.lock")
LOOKS = ["source"]  # which runs each time
PADDING = 400  # entries, so that DVC takes a while to print the file


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> CheapProject:
    project = CheapProject(tmp_path_factory.mktemp("finished"), columns=2)
    project.run("dvc", "repro", "-q")
    project.commit()
    return project


@pytest.fixture
def copy(finished: CheapProject, tmp_path: Path) -> Iterator[CheapProject]:
    shutil.copytree(finished.root, tmp_path / "copy", symlinks=True)
    yield CheapProject.at(tmp_path / "copy")
    shutil.rmtree(tmp_path / "copy")


def cut(text: str, where: str) -> str:
    """The text as a write that was interrupted leaves it."""
    places = {
        "at once": 0,
        "among its entries": len(text) // 2,
        "before a hash": text.index("hash: md5\n", text.index("second@1:")) + len("hash: md5\n"),  # a valid file
        "before a path": text.index("- path:", text.index("second@1:")) + len("- path:"),
    }
    return text[: places[where]]


@pytest.mark.parametrize(
    "where",
    [
        "at once",
        "before a path",
        pytest.param("before a hash", marks=pytest.mark.slow),
        pytest.param("among its entries", marks=pytest.mark.slow),
    ],
)
def test_two_commands_mend_a_cut_file_and_nothing_runs_again(copy: CheapProject, where: str) -> None:
    whole, outputs = lock_of(copy), copy.outputs()
    copy.lock.write_text(cut(copy.lock.read_text(), where))
    copy.run(*MEND)
    assert copy.stages_run("dvc", "repro") == LOOKS
    assert lock_of(copy) == whole
    assert copy.outputs() == outputs


@pytest.mark.slow
def test_a_kill_inside_the_write_costs_no_stage_that_had_ended(copy: CheapProject) -> None:
    values = yaml.safe_load(copy.lock.read_text())
    values["stages"] |= {f"other@{k}": values["stages"]["second@0"] for k in range(PADDING)}
    copy.lock.write_text(yaml.safe_dump(values, sort_keys=False))
    copy.set_command("third", "cp models/second-${item.k}.txt models/third-${item.k}.txt; echo ran >> ${item.k}.ran")
    copy.commit()
    whole = copy.lock.stat().st_size
    process = copy.start("dvc", "repro", "third")
    while not (copy.root / "0.ran").exists() or copy.lock.stat().st_size > whole / 2:
        assert process.poll() is None, process.communicate()
        time.sleep(0.001)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert copy.lock.stat().st_size < whole
    copy.run(*MEND)
    ran = copy.stages_run("dvc", "repro")
    assert [name for name in ran if name not in ("third@1", "report", *LOOKS)] == []
    assert (copy.root / "0.ran").read_text() == "ran\n"
