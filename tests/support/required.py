"""Skips a test whose component is missing, or fails it where that component is required.

MODE_CONNECTIVITY_REQUIRE=slurm,... names the components without which a run of the tests is not complete.
"""

import os

import pytest

VARIABLE = "MODE_CONNECTIVITY_REQUIRE"


def require(component: str, missing: str | None) -> None:
    """Skip for the reason `missing`, unless `component` is required; do nothing where nothing is missing."""
    if missing is None:
        return
    if component in os.environ.get(VARIABLE, "").split(","):
        pytest.fail(f"{component} is required by {VARIABLE}: {missing}")
    pytest.skip(missing)
