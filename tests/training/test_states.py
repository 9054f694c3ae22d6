"""Of two generations of a state one is always whole; what is damaged or another's is not taken."""

import signal
import time
from pathlib import Path

import pytest
import torch

from mode_connectivity.foundations import checkpoints
from mode_connectivity.foundations.stopping import STOPPING, TOGETHER_SECONDS, Stopped, Stopping
from mode_connectivity.training import Snapshot
from mode_connectivity.training.states import EVERY, SHARE, States

HISTORY = [{"loss": 0.5, "accuracy": 0.25, "learning_rate": 0.1}]


def snapshot(value: float) -> Snapshot:
    position = {
        "epoch": 1,
        "step": int(value),
        "seen": 16,
        "rate": 0.1 + value / 3,
        "history": HISTORY,
        "strides": {},
    }
    return Snapshot({"leaf.0": torch.full((50, 3), value), "count": torch.tensor(3)}, position)


def states(folder: Path, key: str = "key") -> States:
    return States(folder, key, "curve-mid-seed0")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where three snapshots were kept, two of which are still there."""
    keeper = states(tmp_path)
    for value in (1, 2, 3):
        keeper.keep(snapshot(value))
    return tmp_path


def restored(folder: Path, key: str = "key") -> float | None:
    found = states(folder, key).restore()
    if found is None:
        return None
    value = float(found.tensors["leaf.0"][0, 0])
    assert found.position == snapshot(value).position
    return value


def newest(folder: Path) -> Path:
    return max(folder.iterdir(), key=lambda file: checkpoints.metadata(file)["count"])


def test_the_newest_of_two_is_restored_and_keeping_goes_on_from_it(folder: Path) -> None:
    assert len(list(folder.iterdir())) == 2
    assert restored(folder) == 3
    keeper = states(folder)
    keeper.restore()
    keeper.keep(snapshot(4))
    assert restored(folder) == 4
    newest(folder).unlink()
    assert restored(folder) == 3


@pytest.mark.parametrize("damage", ["cut", "bit of a weight", "bit of the position", "empty", "text"])
def test_a_damaged_newest_is_told_and_the_one_before_is_restored(
    folder: Path, damage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = newest(folder)
    content = bytearray(file.read_bytes())
    if damage == "bit of a weight":
        content[-5] ^= 1
    elif damage == "bit of the position":
        content[content.index(b'step\\": 3') + 8] ^= 1
    file.write_bytes({"cut": bytes(content[:-100]), "empty": b"", "text": b"state"}.get(damage, bytes(content)))
    assert restored(folder) == 2
    assert capsys.readouterr().err.startswith("warning: curve-mid-seed0: one of its states is not used (")
    keeper = states(folder)
    keeper.restore()
    keeper.keep(snapshot(4))
    assert restored(folder) == 4


def test_the_state_of_another_training_is_not_taken(folder: Path) -> None:
    assert restored(folder, "another key") is None
    assert restored(folder / "nowhere") is None


def test_a_disk_that_takes_nothing_is_told_once_and_loses_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper = states(folder)
    keeper.restore()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(checkpoints, "save", full)
        keeper.keep(snapshot(4))
        keeper.keep(snapshot(5))
    (line,) = capsys.readouterr().err.splitlines()
    assert "its state could not be kept, training goes on ([Errno 28] No space left on device)" in line
    assert restored(folder) == 3
    keeper.keep(snapshot(6))
    assert restored(folder) == 6


def test_keeping_is_due_by_time_and_takes_a_small_share_of_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setenv(EVERY, "5")
    keeper = states(folder)
    assert not keeper.due()
    now[0] += 5
    assert keeper.due()
    real = checkpoints.save

    def slow(*arguments: object) -> None:
        now[0] += 2
        real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(checkpoints, "save", slow)
    keeper.keep(snapshot(4))
    now[0] += 2 / SHARE - 1
    assert not keeper.due()
    now[0] += 1
    assert keeper.due()


def test_told_to_stop_it_keeps_first(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keeper = states(folder)
    keeper.restore()
    monkeypatch.setattr(STOPPING, "signal", int(signal.SIGTERM))
    assert keeper.due()
    with pytest.raises(Stopped, match=r"stopped curve-mid-seed0 after epoch 1 and 9 steps; the same command"):
        keeper.keep(snapshot(9))
    assert restored(folder) == 9
    keeper.forget()
    assert not folder.exists()


def test_a_signal_waits_for_the_step_and_a_second_one_does_not() -> None:
    stopping = Stopping()
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)  # which a shell's background would ignore
        stopping.install()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)
        stopping = Stopping()
        stopping.install()
        reached = []
        with pytest.raises(KeyboardInterrupt), stopping.between_steps():
            signal.raise_signal(signal.SIGINT)
            reached.append("the end of the step")
            signal.raise_signal(signal.SIGTERM)  # as `make` and `timeout` both tell of one wish to stop
            stopping._arrival -= TOGETHER_SECONDS
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(signal.SIGTERM)
        assert reached
        assert stopping.status == 128 + signal.SIGINT
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
