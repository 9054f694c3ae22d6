"""Says what of a study lies in the current folder, which the page then shows."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from mode_connectivity import layout
from mode_connectivity.params import Params
from mode_connectivity.reports.page.answer import verdict


@dataclass(frozen=True)
class Part:
    """Holds the params, the `paths` with an analysis, the verdict's folder, and which of the two studies is here."""

    params: Params
    paths: tuple[tuple[str, int], ...]
    locality: Path
    swaps: bool
    mechanisms: bool

    @classmethod
    def whole(cls, params: Params) -> Self:
        """Return all of a study, of which every record must be there."""
        return cls(params, tuple(params.paths), layout.LOCALITY, swaps=True, mechanisms=True)

    @classmethod
    def found(cls, params: Params) -> Self:
        """Return what lies here, with the seeds of the verdict where there is one.

        Mechanisms count once they were reported, and where the images with cues lie, whose classes give the chance.
        """
        reported = layout.LOCALITY / layout.VERDICT
        locality = layout.LOCALITY if reported.is_file() else Path(layout.LOCALITY.name)
        record = verdict(locality, params.moved_variants)
        paths = tuple(path for path in params.paths if (layout.analysis(*path) / layout.DISTANCES).is_file())
        mechanisms = layout.MECHANISMS.is_dir() and layout.CUES.is_file()
        seeds = tuple(record.get("seeds", params.seeds))
        return cls(params.model_copy(update={"seeds": seeds}), paths, locality, bool(record or paths), mechanisms)
