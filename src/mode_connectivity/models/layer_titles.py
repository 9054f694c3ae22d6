"""Names layers as papers do, by their place in the network."""

from torch import nn


def layer_titles(model: nn.Module) -> dict[str, str]:
    """Return the title of each convolution, normalisation and linear layer of a VGG; of any other network none.

    "conv 3.2" is the second convolution of the third block (Simonyan & Zisserman 2015, table 1), "norm 3.2" the
    normalisation behind it and "fc 1" the first linear layer. A block ends with a pooling or a stride.
    """
    features = getattr(model, "features", None)
    if not isinstance(features, nn.Sequential) or any(list(layer.children()) for layer in features):
        return {}
    titles, block, place, ended = {}, 1, 0, False
    for name, layer in features.named_children():
        if isinstance(layer, nn.Conv2d):
            block, place = (block + 1, 1) if ended else (block, place + 1)
            ended = max(layer.stride) > 1
            titles[f"features.{name}"] = f"conv {block}.{place}"
        elif isinstance(layer, nn.modules.batchnorm._NormBase):
            titles[f"features.{name}"] = f"norm {block}.{place}"
        elif isinstance(layer, nn.MaxPool2d | nn.AvgPool2d):
            ended = True
    linear = [name for name, layer in model.named_modules() if isinstance(layer, nn.Linear)]
    return titles | {name: f"fc {number}" for number, name in enumerate(linear, 1)}
