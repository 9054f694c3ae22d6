"""A store that is dead, silent, dripping or locked costs a bounded time and one line; its credentials stay unseen."""

import sqlite3
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from functools import partial
from pathlib import Path

import pytest

from mode_connectivity.foundations.secrets import without_secrets
from mode_connectivity.tracking import store
from mode_connectivity.tracking.record import Execution, Record
from mode_connectivity.tracking.runs import LIMIT, Untracked, log, log_in_time
from support.broken_servers import Talk, dead, dripping, failing, server, silent

pytest.importorskip("mlflow")
pytestmark = pytest.mark.filterwarnings("ignore")

RECORD = Record("curve", {"variant": "mid", "seed": 3}, {"curve.epochs": 2}, {"barrier": 0.25})
SECRET = "hunter2-secret"
SECONDS = 2.0  # instead of the usual limit, so that the tests are short


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Names the store."""

    def named(uri: str) -> None:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
        monkeypatch.setenv(LIMIT, str(SECONDS))
        store.ready()  # importing MLflow is not the store's time

    return named


@pytest.mark.parametrize("talk", [silent, dripping])
def test_a_server_that_never_ends_its_answer_costs_the_limit(talk: Talk, at: Callable[[str], None]) -> None:
    with server(talk) as address:
        at(address)
        begun = time.monotonic()
        with pytest.raises(Untracked, match="the store did not take it within 2 s; make sync logs it later"):
            log_in_time(RECORD, Execution())
        assert SECONDS <= time.monotonic() - begun < 2 * SECONDS + 1


@pytest.mark.parametrize("broken", [dead, partial(server, failing)])
def test_a_server_that_is_dead_or_fails_costs_less_than_the_limit_of_a_stage(
    broken: Callable[[], AbstractContextManager[str]], at: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    with broken() as address:
        at(address.replace("//", f"//user:{SECRET}@"))
        monkeypatch.delenv(LIMIT)
        begun = time.monotonic()
        with pytest.raises(Exception, match=r".") as caught:
            log_in_time(RECORD, Execution())
    assert time.monotonic() - begun < 15
    assert SECRET not in without_secrets(str(caught.value))


def test_a_locked_database_costs_the_limit(tmp_path: Path, at: Callable[[str], None]) -> None:
    at(f"sqlite:///{tmp_path / 'own.db'}")
    log(RECORD)
    with closing(sqlite3.connect(tmp_path / "own.db")) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(Exception, match=r"did not take it|locked"):
            log_in_time(RECORD, Execution())


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
    assert SECRET not in store.initialise()
