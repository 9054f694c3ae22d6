"""Turns the params of the two data sources into requests."""

from pathlib import Path

from mode_connectivity.data.sources.registry import Request
from mode_connectivity.foundations.project import resolved
from mode_connectivity.params import Params


def base_request(params: Params) -> Request:
    """Return the request to `dataset.source`."""
    section = params.dataset
    sizes = (section.train_size, section.test_size)
    return Request(section.source, _place(section.root), section.image_size, sizes, section.seed)


def second_request(params: Params) -> Request:
    """Return the request to `cue.second`, the upper images of dominoes."""
    section = params.cue
    return Request(section.second, _place(section.second_root), params.dataset.image_size, key="cue.second_root")


def _place(root: str | None) -> Path | None:
    return resolved(root) if root else None
