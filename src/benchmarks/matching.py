"""Compares activation matching on a batch of 32 with the two forward passes that it cannot do without."""

import torch
from torch.func import functional_call

from benchmarks.setting import CLASSES, Setting
from benchmarks.table import Row, times
from benchmarks.timing import interleaved
from mode_connectivity.models import build
from mode_connectivity.symmetry import Symmetry, match_activations

NETWORKS = ("vgg13", "vgg13_strided")
IMAGES = 32


def measure(setting: Setting) -> list[Row]:
    """Return the seconds to match networks of width 1 to themselves, the assignment of all groups included."""
    return [_row(name, setting) for name in NETWORKS]


def _row(name: str, setting: Setting) -> Row:
    torch.manual_seed(0)
    model = build(name, num_classes=CLASSES).to(setting.device).eval()
    images = torch.randn(IMAGES, 3, 32, 32, device=setting.device)
    laid_out = images.contiguous(memory_format=torch.channels_last)
    symmetry, state = Symmetry.derive(model, images[:2]), model.state_dict()

    @torch.inference_mode()
    def floor() -> None:
        for _ in range(2):
            functional_call(model, state, (laid_out,))

    contenders = {
        "ours": lambda: match_activations(symmetry, model, state, state, [images]),
        "floor": floor,
    }
    seconds = interleaved(contenders, setting.rounds)
    ours, least = seconds["ours"], seconds["floor"]
    return Row(f"activation matching, {name}", ours, "s", "two forward passes", least, times(ours, least))
