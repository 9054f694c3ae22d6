"""Deriving symmetries, matching, and recovering what was planted."""

import torch

from benchmarks.setting import CLASSES, Setting
from benchmarks.timing import Row, interleaved
from mode_connectivity.models import build
from mode_connectivity.symmetry import Symmetry, match_activations, match_weights

MATCHED = 32
PUBLIC_SECONDS = 9.5  # a batch of the mechanisms paper's code, on two cores of this kind


def matching(setting: Setting) -> list[Row]:
    rows = []
    images = torch.rand(MATCHED, 3, 32, 32, device=setting.device)
    for name in ("vgg13_strided", "vgg13"):
        model = setting.network(name).eval()
        state = model.state_dict()
        symmetry = Symmetry.derive(model, images[:1])
        few = setting.rounds * 2 + 1

        def forwards(model: torch.nn.Module = model) -> None:
            with torch.inference_mode():
                model(images), model(images)

        # An assignment closes every call: a long stream less a short one is the time of its batches.
        streams = {
            f"{count}": lambda count=count, s=symmetry, m=model, w=state: match_activations(
                s, m, w, w, [images] * count
            )
            for count in (1, 9)
        }
        seconds = interleaved({**streams, "floor": forwards}, few)
        batch = (seconds["9"] - seconds["1"]) / 8
        beside = f"two forward passes {seconds['floor']:.2f} s; with the assignment {seconds['1']:.2f} s"
        rows += [
            Row(f"activation matching, {name}, batch of 32", f"{batch:.3f} s", f"{PUBLIC_SECONDS / 50:.2f} s", beside),
            Row("  over the public code's 9.5 s", f"{PUBLIC_SECONDS / batch:.0f}x", "50x"),
        ]
    return rows


def deriving(setting: Setting) -> list[Row]:
    rows = []
    for name, target in (("vgg16", "2 s"), ("resnet18", "2 s"), ("torchvision.models:densenet121", "10 s")):
        model = build(name, num_classes=CLASSES).eval()
        example = torch.zeros(2, 3, 32, 32)
        seconds = interleaved({"ours": lambda m=model, e=example: Symmetry.derive(m, e)}, setting.rounds)["ours"]  # type: ignore[misc]
        rows.append(Row(f"symmetry of {name.partition(':')[2] or name}, proved", f"{seconds:.2f} s", target))
    return rows


def planted(setting: Setting) -> list[Row]:
    rows = []
    for name in ("vgg16", "resnet18"):
        found = [_recovered(name, seed) for seed in range(setting.seeds)]
        for place, method in enumerate(("weights", "activations")):
            count = sum(each[place] for each in found)
            rows.append(Row(f"planted permutation, {name}, by {method}", f"{count} of {len(found)}", "all"))
    return rows


def _recovered(name: str, seed: int) -> tuple[bool, bool]:
    torch.manual_seed(seed)
    model = build(name, num_classes=CLASSES).eval()
    images = torch.rand(MATCHED, 3, 32, 32)
    symmetry = Symmetry.derive(model, images[:1])
    state = model.state_dict()
    permutation = symmetry.random(torch.Generator().manual_seed(seed))
    moved = symmetry.apply(state, permutation)
    truth = symmetry.invert(permutation)
    by_weights = match_weights(symmetry, state, moved, torch.Generator().manual_seed(seed))
    by_activations = match_activations(symmetry, model, state, moved, [images])
    return tuple(all(torch.equal(f[group], truth[group]) for group in truth) for f in (by_weights, by_activations))  # type: ignore[return-value]
