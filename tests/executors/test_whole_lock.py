"""No signal damages dvc.lock, and one that another DVC left empty, cut or shortened is put back."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from mode_connectivity.executors.whole_lock import COPY, DAMAGED, LOCK, keep, mend

OURS, PLAIN = "mode_connectivity.executors", "dvc"
STAGES = ("first", "second", "third")
PADDING = 400  # entries of stages that are no longer in dvc.yaml: DVC keeps them, and a dump takes a moment


def entry(name: str) -> dict[str, object]:
    return {"cmd": "true", "outs": [{"path": f"{name}.txt", "hash": "md5", "md5": "0" * 32, "size": 1}]}


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Three stages that echo their name, and a large lock file, committed."""
    git(tmp_path, "init", "-q")
    git(tmp_path, "config", "user.name", "Test")
    git(tmp_path, "config", "user.email", "test@example.org")
    (tmp_path / ".dvc").mkdir()
    (tmp_path / ".dvc" / "config").touch()
    (tmp_path / ".dvc" / ".gitignore").write_text("/tmp\n/cache\n")
    stages = {name: {"cmd": f"echo {name} > {name}.txt", "outs": [f"{name}.txt"]} for name in STAGES}
    (tmp_path / "dvc.yaml").write_text(yaml.safe_dump({"stages": stages}))
    old = {f"old{k}": entry(f"old{k}") for k in range(PADDING)}
    (tmp_path / LOCK).write_text(yaml.safe_dump({"schema": "2.0", "stages": old}, sort_keys=False))
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "state")
    return tmp_path


def repro(folder: Path, module: str = OURS) -> tuple[list[str], str]:
    """Run every stage that is not up to date: the stages that ran, and what DVC wrote to standard error."""
    command = [sys.executable, "-m", module, "repro"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return re.findall(r"Running stage '([^']+)'", done.stdout), done.stderr


def killed_within_a_dump(folder: Path, module: str, number: signal.Signals, dump: int) -> None:
    """Start a run and send the signal to its group within its dump of that number."""
    command = [sys.executable, "-m", module, "repro"]
    process = subprocess.Popen(command, cwd=folder, start_new_session=True, stdout=-3, stderr=-3)
    lock, partial, seen, within = folder / LOCK, folder / f".{LOCK}.partial", 0, False
    whole = lock.stat().st_size
    while seen < dump or not within:
        assert process.poll() is None, "it ended before that dump"
        now = partial.exists() or lock.stat().st_size < whole
        seen, within = seen + (now and not within), now
        time.sleep(0.001)
    os.killpg(process.pid, number)
    process.wait()


@pytest.mark.parametrize(
    "number",
    [signal.SIGKILL, *(pytest.param(each, marks=pytest.mark.slow) for each in (signal.SIGTERM, signal.SIGINT))],
)
def test_killed_within_its_dump_the_lock_is_whole_and_the_same_command_goes_on(
    repository: Path, number: signal.Signals
) -> None:
    killed_within_a_dump(repository, OURS, number, dump=2)
    stages = yaml.load((repository / LOCK).read_text(), Loader=yaml.CSafeLoader)["stages"]
    assert len(stages) >= PADDING + 1
    ran, errors = repro(repository)
    assert not {"first"} & set(ran)
    assert LOCK not in errors


@pytest.mark.slow
def test_what_a_plain_dvc_leaves_is_put_back_in_one_line(repository: Path) -> None:
    repro(repository)
    (repository / "second.txt").unlink()
    (repository / "dvc.yaml").write_text((repository / "dvc.yaml").read_text().replace("echo second", "echo again"))
    killed_within_a_dump(repository, PLAIN, signal.SIGKILL, dump=1)
    ran, errors = repro(repository)
    assert ran in ([], ["second"])
    assert [line for line in errors.splitlines() if line.startswith(LOCK)] == [
        f"{LOCK} is empty or cut, as an interruption leaves it: put back from the last good copy (it lies in {DAMAGED})"
    ]
    assert repro(repository) == ([], "")


def cut_within(text: str, damage: str) -> str:
    """The text as a dump that ended early leaves it."""
    end = text.index("  old200:")
    places = {"empty": 0, "within a word": end + 5, "valid": end, "within an entry": text.index("outs", end)}
    return text[: places[damage]]


@pytest.mark.parametrize("damage", ["empty", "within a word", "valid", "within an entry"])
@pytest.mark.parametrize("origin", ["the last good copy", "Git's copy"])
def test_a_damaged_lock_is_put_back(repository: Path, damage: str, origin: str) -> None:
    lock = repository / LOCK
    good = lock.read_text()
    if origin == "the last good copy":
        lock.write_text(good := good + yaml.safe_dump({"  new": entry("new")}).replace("'", "").replace("\n", "\n  "))
        lock.write_text(good := good.rstrip() + "\n")
        keep(repository)
    lock.write_text(cut_within(good, damage))
    line = mend(repository)
    assert line is not None
    assert origin in line
    assert "\n" not in line
    assert lock.read_text() == good
    assert (repository / DAMAGED).read_text() == cut_within(good, damage)
    assert mend(repository) is None


def test_what_a_person_did_to_the_lock_is_left_alone(repository: Path) -> None:
    """Another commit's shorter lock, a merge conflict, an entry taken out of the middle, a deleted lock."""
    lock = repository / LOCK
    good = lock.read_text()
    keep(repository)
    conflict = good + "<<<<<<< HEAD\n"
    without = re.sub(r"  old200:.*?(?=  old201:)", "", good, flags=re.DOTALL)
    for text in (conflict, without):
        lock.write_text(text)
        assert mend(repository) is None
        assert lock.read_text() == text
    lock.write_text(good)
    keep(repository)
    shorter = cut_within(good, "valid")
    lock.write_text(shorter)
    git(repository, "commit", "-qam", "fewer stages")
    assert mend(repository) is None
    assert lock.read_text() == shorter == (repository / COPY).read_text()
    lock.unlink()
    assert mend(repository) is None
    assert not lock.exists()


def test_a_dry_run_goes_on_where_nothing_is_there_yet(repository: Path) -> None:
    stages = {
        "first": {"cmd": "echo a > a.txt", "outs": ["a.txt"], "always_changed": True},
        "second": {"cmd": "cp a.txt b.txt", "deps": ["a.txt"], "outs": ["b.txt"]},
    }
    (repository / "dvc.yaml").write_text(yaml.safe_dump({"stages": stages}))
    command = [sys.executable, "-m", OURS, "repro", "--dry"]
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert re.findall(r"Running stage '([^']+)'", done.stdout) == ["first", "second"]
    assert not (repository / "b.txt").exists()
