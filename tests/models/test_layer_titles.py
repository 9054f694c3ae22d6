"""Layers have the names that papers give them."""

import torchvision

from mode_connectivity.models import build, depth_layers
from mode_connectivity.models.layer_titles import layer_titles


def test_convolutions_are_numbered_by_block_and_place() -> None:
    titles = list(layer_titles(build("vgg16", num_classes=10, width=0.0625)).values())
    blocks = [
        f"conv {block}.{place}" for block, places in enumerate((2, 2, 3, 3, 3), 1) for place in range(1, places + 1)
    ]
    assert titles == [*blocks, "fc 1", "fc 2", "fc 3"]


def test_depths_have_the_titles_that_the_documents_name() -> None:
    for batch_norm in (False, True):
        titles = layer_titles(build("vgg16", num_classes=10, width=0.0625, batch_norm=batch_norm))
        depths = depth_layers("vgg16", batch_norm=batch_norm)
        assert [titles[depths[name]] for name in ("early", "mid", "late")] == ["conv 1.1", "conv 3.2", "conv 5.2"]


def test_a_stride_ends_a_block_and_a_normalisation_is_named_after_its_convolution() -> None:
    titles = list(layer_titles(build("vgg13_strided", num_classes=10, width=0.0625)).values())
    convolutions = [f"{block}.{place}" for block in range(1, 6) for place in (1, 2)]
    assert titles == [f"{kind} {place}" for place in convolutions for kind in ("conv", "norm")] + ["fc 1"]


def test_any_network_built_alike_has_titles_and_no_other() -> None:
    ours, theirs = build("vgg16", num_classes=10, width=0.0625), torchvision.models.vgg16(init_weights=False)
    assert list(layer_titles(theirs).values()) == list(layer_titles(ours).values())
    assert layer_titles(build("resnet18", num_classes=10, width=0.0625)) == {}
