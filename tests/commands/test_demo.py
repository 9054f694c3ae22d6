"""The demonstration makes an animation and a page, and touches no result of the workspace."""

import pytest

from mode_connectivity.commands.demo import FOLDER
from mode_connectivity.foundations import layout
from support.project_copy import Project


@pytest.mark.slow
def test_it_says_one_sentence_and_leaves_the_results_alone(finished_study: Project) -> None:
    before = finished_study.outputs()
    said = finished_study.run("mode-connectivity", "demo").stdout
    assert "swapped: the straight line between the two rises by" in said
    folder = finished_study.root / FOLDER
    for file in (layout.analysis("mid", 0) / layout.EVOLUTION, layout.PAGE):
        assert f"{FOLDER / file}" in said
        assert (folder / file).stat().st_size > 10_000
    assert finished_study.outputs() == before
