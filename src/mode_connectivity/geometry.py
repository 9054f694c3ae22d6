"""Hands on measures under the path that other projects import."""

from mode_connectivity.measures import LayerDistances, Plane, layer_distances

__all__ = ["LayerDistances", "Plane", "layer_distances"]
