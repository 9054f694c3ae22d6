"""Names the regions that a table or a figure shows."""

from collections.abc import Iterable

from mode_connectivity.statistics.gaps import PLACEBO


def shown(regions: Iterable[str]) -> list[str]:
    """Return the regions without `PLACEBO`, the mean of its kinds, where it is that of one kind alone."""
    names = list(regions)
    kinds = [name for name in names if name.startswith(f"{PLACEBO}_")]
    return [name for name in names if name != PLACEBO or len(kinds) != 1]
