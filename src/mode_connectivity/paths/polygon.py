"""Defines polygonal chains."""

from mode_connectivity.paths.path import Path


class Polygon(Path):
    """Joins the control points by straight pieces, each the same share of t (Garipov et al. 2018, section 3.2)."""

    def weights(self, t: float) -> tuple[float, ...]:
        pieces = len(self.controls) - 1
        place = t * pieces
        piece = min(int(place), pieces - 1)
        weights = [0.0] * (pieces + 1)
        weights[piece] = 1 - (place - piece)
        weights[piece + 1] = place - piece
        return tuple(weights)
