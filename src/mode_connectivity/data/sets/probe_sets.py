"""Makes the counterfactual sets that tell whether a network reads the image or the cue."""

import torch
from torch import Tensor

from mode_connectivity.data.sets.cues import Cue
from mode_connectivity.data.sets.images import Images
from mode_connectivity.foundations.randomness import named_generator

PROBE_SETS = ("no_cue", "cue", "rand_cue", "rand_image")


def probe_sets(images: Images, cue: Cue, num_classes: int, seed: int, split: str) -> dict[str, Images]:
    """Return four sets with the labels of `images`, in their order (Lubana et al. 2023, section 4):

    - `no_cue`: every image without a cue.
    - `cue`: every image with the cue of its class.
    - `rand_cue`: every image with the cue of a class drawn uniformly, its own not excluded.
    - `rand_image`: under the cue of each label the image of another place of the list; each image stands in it once, so
      none is drawn twice.

    A network that reads the cue is right on `rand_image` and at chance on `rand_cue`; one that reads the image the
    other way round. The sets are a function of (`images`, `cue`, `seed`, `split`).
    """
    pixels, labels = images.pixels, images.labels
    drawn = torch.randint(num_classes, labels.shape, generator=named_generator(seed, f"rand cue {split}"))
    order = torch.randperm(len(images), generator=named_generator(seed, f"rand image {split}"))
    made = {
        "no_cue": cue.absent(pixels),
        "cue": cue.present(pixels, labels),
        "rand_cue": cue.present(pixels, drawn.to(labels.device)),
        "rand_image": cue.present(pixels[order.to(labels.device)], labels),
    }
    return {name: Images(made[name], labels) for name in PROBE_SETS}


def share_of_each_class(labels: Tensor, share: float, generator: torch.Generator) -> Tensor:
    """Return True for round(`share` x n) of the n images of every class, drawn without replacement; bool (N,).

    With the same generator a larger share contains every smaller one.
    """
    chosen = torch.zeros_like(labels, dtype=torch.bool)
    for label in labels.unique().tolist():
        members = torch.nonzero(labels == label)[:, 0]
        order = torch.randperm(len(members), generator=generator).to(members.device)
        chosen[members[order[: round(share * len(members))]]] = True
    return chosen
