"""What a user can mend ends in one line and status 1; what is a defect keeps its traceback."""

from pathlib import Path

import pytest
import torch

from mode_connectivity.commands.main import main
from mode_connectivity.models import build
from mode_connectivity.stages.errors import in_one_line


def line_of(error: Exception) -> str:
    with pytest.raises(SystemExit) as caught, in_one_line():
        raise error
    return str(caught.value.code)


def test_one_line_whatever_its_length() -> None:
    assert line_of(ValueError("a\nb")) == "error: a b"
    assert line_of(MemoryError()).startswith("error: out of memory; make the network")
    assert len(line_of(ValueError("x" * 100_000))) < 2000


def test_numbers_too_large_and_memory_that_is_not_there() -> None:
    with pytest.raises(SystemExit, match="error: a number is too large"), in_one_line():
        build("vgg16", num_classes=10, width=1e308)
    with pytest.raises(SystemExit, match=r"error: a number is too large \(.{,200}\)$"), in_one_line():
        build("vgg16", num_classes=10, image_size=10**30)
    for width in (1e12, 1e17):
        with pytest.raises(SystemExit, match="error: "), in_one_line():
            build("vgg16", num_classes=10, width=width)


def test_a_defect_keeps_its_traceback() -> None:
    with pytest.raises(RuntimeError, match="a defect"), in_one_line():
        raise RuntimeError("a defect")
    with pytest.raises(RuntimeError, match="mat1"), in_one_line():
        torch.zeros(2, 3) @ torch.zeros(2, 3)


def test_a_rate_that_no_weight_can_hold_is_one_line() -> None:
    with pytest.raises(SystemExit, match="error: a number is too large"), in_one_line():
        torch.zeros(2).add_(torch.ones(2), alpha=1e308)


@pytest.mark.parametrize("device", ["cpv", "", "c\x00"])
def test_a_device_that_torch_does_not_know_is_one_line_and_names_the_files_that_hold_it(device: str) -> None:
    with pytest.raises(SystemExit, match=r"error: no such device .*data/cue_source\.json"), in_one_line():
        torch.zeros(1, device=device)


def test_a_torchvision_of_another_torch_is_one_line() -> None:
    line = line_of(RuntimeError("operator torchvision::nms does not exist"))
    assert line.startswith("error: torchvision was made for another torch")


def test_what_dvc_says_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit, match="error: you are not inside of a DVC repository"):
        main(["graph"])
