"""A word of 100,000 characters on a command line is not repeated."""

import pytest

from mode_connectivity.commands.main import main

LONG = "x" * 100_000


@pytest.mark.parametrize(
    "words",
    [[LONG], ["swap", LONG], ["animate", "--data", "a", "--output", "b", "--fps", LONG], ["analyse", f"--{LONG}"]],
)
def test_what_is_said_of_a_long_word_is_short(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(words)
    assert caught.value.code == 2
    assert len(capsys.readouterr().err) < 4000
