"""Reads params.yaml into typed, frozen sections; what does not fit is refused in one line that names the key."""

from mode_connectivity.params.loading import ParamsError
from mode_connectivity.params.study import Params
from mode_connectivity.params.training import Compute, Model, Training
from mode_connectivity.params.variants import VARIANTS

__all__ = ["VARIANTS", "Compute", "Model", "Params", "ParamsError", "Training"]
