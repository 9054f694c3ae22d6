"""Derives the permutation symmetry of a study's network."""

from mode_connectivity.studies.shared.study import Study
from mode_connectivity.symmetry import Symmetry


def symmetry_of(study: Study) -> Symmetry:
    """Return the symmetry of the study's network, derived from one forward pass over two training images."""
    return Symmetry.derive(study.model(), study.scaling.apply(study.dataset.train.pixels[:2]))
