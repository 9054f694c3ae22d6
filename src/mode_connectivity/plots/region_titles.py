"""Titles the regions of a path in figures."""

TITLES = {"repair": "REPAIR", "affine": "scale and shift"}


def region_title(region: str) -> str:
    """Return the words that stand for a region in every figure."""
    return TITLES.get(region, region.replace("_", " "))
