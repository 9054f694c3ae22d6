"""Names the regions in which a path may move."""

import re

REGIONS = ("slices", "placebo_slices", "placebo_entries", "outside", "all", "affine", "layer", "neighbourhood")
REGION = re.compile("|".join([*REGIONS, r"(units|layer_entries|entries)_0\.0*[1-9]\d*"]))


def checked_regions(names: list[str]) -> None:
    """Check that every name is that of a region.

    Raises:
        ValueError: one is not; the message names those that exist.
    """
    for name in names:
        if not REGION.fullmatch(name):
            known = f"{', '.join(REGIONS)}, and units_, layer_entries_ and entries_ with a share, as in entries_0.01"
            raise ValueError(f"no region {name!r}; there are {known}")
