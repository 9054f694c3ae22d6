"""Whatever stands in params.yaml, it is accepted or refused in one line that names the file."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mode_connectivity.params import Params, ParamsError
from mode_connectivity.params.changing import changed, read_values, written
from mode_connectivity.stages.errors import in_one_line
from support.code_imports import ROOT

VALUES = read_values(ROOT / "params.yaml")


def keys(values: dict[str, Any], head: str = "") -> list[str]:
    return [
        key
        for name, value in values.items()
        for key in (f"{head}{name}", *(keys(value, f"{head}{name}.") if isinstance(value, dict) else ()))
    ]


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
ANY = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner))
ONE_FILE = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def refusal(work: Callable[[], object]) -> str:
    """What the work is refused with, as a person sees it; empty where it is not."""
    try:
        with in_one_line():
            work()
    except SystemExit as error:
        return str(error.code)
    return ""


def accepted_or_one_line(file: Path) -> None:
    line = refusal(lambda: Params.load(file))
    assert not line or line.startswith("error: ")
    assert "\n" not in line
    assert len(line) < 2000


@ONE_FILE
@given(key=st.sampled_from(sorted(keys(VALUES))), value=ANY)
def test_any_value_of_any_key_is_accepted_or_one_line(key: str, value: object, tmp_path: Path) -> None:
    *sections, leaf = key.split(".")
    values = changed(VALUES, {})
    place = values
    for section in sections:
        place = place[section]
    place[leaf] = value
    try:
        written(values, tmp_path / "params.yaml")
    except ValueError:  # text that YAML cannot hold
        return
    accepted_or_one_line(tmp_path / "params.yaml")


@ONE_FILE
@given(cut=st.integers(0, 20_000), put=st.binary(max_size=30))
def test_any_damage_to_the_file_is_accepted_or_one_line(cut: int, put: bytes, tmp_path: Path) -> None:
    whole = (ROOT / "params.yaml").read_bytes()
    place = cut % len(whole)
    (tmp_path / "params.yaml").write_bytes(whole[:place] + put + whole[place + len(put) :])
    accepted_or_one_line(tmp_path / "params.yaml")


@ONE_FILE
@given(word=st.text(max_size=40) | st.sampled_from(sorted(keys(VALUES))).map(lambda key: f"{key}=["))
def test_any_word_of_a_command_line_changes_a_value_or_is_one_line(word: str) -> None:
    assert "\n" not in refusal(lambda: changed(VALUES, {}, [word]))


def test_a_file_that_is_none_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ParamsError, match=r"params\.yaml"):
        read_values(tmp_path / "params.yaml")
