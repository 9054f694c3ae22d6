"""Fine-tunes a network away from a spurious cue: one file a method."""

from mode_connectivity.finetuning.cbft import CBFT, Losses, cbft
from mode_connectivity.finetuning.llrt import LLRT, llrt
from mode_connectivity.finetuning.losses import Barrier
from mode_connectivity.finetuning.lpft import lpft
from mode_connectivity.finetuning.plain import NAIVE, naive, scratch
from mode_connectivity.finetuning.sampling import draw
from mode_connectivity.finetuning.watch import Watch

__all__ = [
    "CBFT",
    "LLRT",
    "NAIVE",
    "Barrier",
    "Losses",
    "Watch",
    "cbft",
    "draw",
    "llrt",
    "lpft",
    "naive",
    "scratch",
]
