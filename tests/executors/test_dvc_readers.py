"""A list of DVC's that a kill left cut does not keep the next command from going on."""

from pathlib import Path

import pytest

from mode_connectivity.executors.dvc_readers import LIST, mend_readers
from support.cheap_graph import CheapProject

COMMANDS = (("dvc", "repro"), ("mode-connectivity", "repro", "--jobs", "2"), ("mode-connectivity", "status"))


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("left", ["", '{"read": {"/a": [{"pi'])
def test_a_cut_list_is_deleted_and_the_command_goes_on(
    cheap: CheapProject, tmp_path: Path, command: tuple[str, ...], left: str
) -> None:
    copy = cheap.copied(tmp_path / "copy")
    (copy.root / LIST).write_text(left)
    assert copy.run(*command).returncode == 0
    assert mend_readers(copy.root) is None


def test_a_whole_list_is_left(tmp_path: Path) -> None:
    assert mend_readers(tmp_path) is None
    (tmp_path / LIST).parent.mkdir(parents=True)
    (tmp_path / LIST).write_text("{}")
    assert mend_readers(tmp_path) is None
    (tmp_path / LIST).write_text("")
    assert mend_readers(tmp_path) == f"{LIST} was cut, as an interruption leaves it: deleted"
    assert not (tmp_path / LIST).exists()
