"""A store that is dead, silent, dripping or locked costs a bounded time and one line; its credentials stay unseen."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from functools import partial
from pathlib import Path

import pytest

from attack.broken_servers import Talk, dead, dripping, failing, server, silent
from mode_connectivity.tracking import runs
from mode_connectivity.tracking.process import LIMIT, Tracker, Untracked
from mode_connectivity.tracking.record import Record
from mode_connectivity.tracking.secrets import without_secrets

pytest.importorskip("mlflow")
pytestmark = pytest.mark.filterwarnings("ignore")

RECORD = Record("curve", {"variant": "mid", "seed": 3}, {"curve.epochs": 2}, {"barrier": 0.25})
SECRET = "hunter2-secret"
SECONDS = 2.0  # instead of the usual limit, so that the tests are short


@pytest.fixture
def tracker(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Tracker]]:
    """Starts the tracking process for a store."""
    started: list[Tracker] = []

    def start(uri: str) -> Tracker:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
        monkeypatch.setenv(LIMIT, str(SECONDS))
        started.append(Tracker())
        return started[-1]

    yield start
    for each in started:
        each._process.kill()
        each._process.communicate()


def lost(tracker: Tracker) -> tuple[str, float]:
    """Why the run was not logged, and how long that took once MLflow was there."""
    tracker._ready = bool(tracker._answer(None))
    begun = time.monotonic()
    with pytest.raises(Untracked) as caught:
        tracker.log(RECORD)
    return str(caught.value), time.monotonic() - begun


@pytest.mark.parametrize("talk", [silent, dripping])
def test_a_server_that_never_ends_its_answer_costs_the_limit(talk: Talk, tracker: Callable[[str], Tracker]) -> None:
    with server(talk) as address:
        each = tracker(address.replace("//", f"//user:{SECRET}@"))
        reason, seconds = lost(each)
    assert reason == "the store did not take it within 2 s"
    assert seconds >= SECONDS
    assert each._process.wait(10) < 0  # it was killed: nothing waits on


@pytest.mark.parametrize("broken", [dead, partial(server, failing)])
def test_a_server_that_is_dead_or_fails_is_named_without_its_credentials(
    broken: Callable[[], AbstractContextManager[str]], tracker: Callable[[str], Tracker]
) -> None:
    with broken() as address:
        reason, _ = lost(tracker(address.replace("//", f"//user:{SECRET}@")))
    assert SECRET not in reason
    assert "\n" not in reason


def test_a_locked_database_costs_the_limit(tmp_path: Path, tracker: Callable[[str], Tracker]) -> None:
    each = tracker(f"sqlite:///{tmp_path / 'own.db'}")
    runs.initialise()
    with closing(sqlite3.connect(tmp_path / "own.db")) as other:
        other.execute("BEGIN EXCLUSIVE")
        reason, _ = lost(each)
    assert "did not take it" in reason or "locked" in reason


def test_no_process_is_started_with_credentials_on_its_command_line(tracker: Callable[[str], Tracker]) -> None:
    each = tracker(f"http://user:{SECRET}@127.0.0.1:9")
    assert SECRET not in str(each._process.args)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        (f"no answer from http://me:{SECRET}@host:5000/api", "no answer from http://host:5000/api"),
        (f"postgresql://me:{SECRET}@host/db?sslmode=off", "postgresql://host/db?sslmode=off"),
        (f"postgresql://host/db?password={SECRET}&a=b", "postgresql://host/db?password=***&a=b"),
        (f"the password {SECRET} is wrong", "the password *** is wrong"),
        ("me@host wrote to http://host/a@b", "me@host wrote to http://host/a@b"),
    ],
)
def test_credentials_leave_the_text(text: str, clean: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://me:{SECRET}@host:5000")
    assert without_secrets(text) == clean


def test_initialise_does_not_print_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/own.db?password={SECRET}")
    monkeypatch.setattr(runs, "connect", lambda: None)
    assert SECRET not in runs.initialise()
