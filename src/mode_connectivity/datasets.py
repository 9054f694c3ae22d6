"""Hands on names of `data.sets` under the path that other projects import."""

from mode_connectivity.data.sets import add_box_cue

__all__ = ["add_box_cue"]
