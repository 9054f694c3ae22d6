"""Curves as other code stores them come back as the path that they are."""

import pytest
import torch
from torch import Tensor

from mode_connectivity.paths import Bezier, Polygon
from mode_connectivity.paths.whole_curve import names_by_order, parameters, whole_curve
from support.small_networks import small_net, state_of

A, B, C = (state_of(small_net(seed, batch_norm=True)) for seed in range(3))


def written(binomial: bool) -> dict[str, Tensor]:
    """The names under which the code of Garipov et al. stores a curve: parameters by control point, statistics once."""
    weights = {"coeff_layer.range": torch.arange(3.0)} | ({"coeff_layer.binom": torch.ones(3)} if binomial else {})
    for name in parameters(A):
        weights |= {f"net.{name}_{k}": state[name] for k, state in enumerate((A, B, C))}
    return weights | {"net.1.running_mean": A["1.running_mean"]}


@pytest.mark.parametrize(("binomial", "kind"), [(True, Bezier), (False, Polygon)])
def test_a_whole_curve_is_read_with_its_kind(binomial: bool, kind: type[Bezier] | type[Polygon]) -> None:
    found = whole_curve(written(binomial))
    assert type(found) is kind
    expected = kind([parameters(state) for state in (A, B, C)])
    for t in (0.0, 0.3, 1.0):
        assert all(torch.equal(tensor, expected.at(t)[name]) for name, tensor in found.at(t).items())
    assert list(found.controls[0]) == list(parameters(A))


def test_one_point_is_no_curve_and_a_torn_curve_is_refused() -> None:
    assert whole_curve(dict(A)) is None
    torn = written(True)
    del torn["net.0.weight_1"]
    with pytest.raises(ValueError, match=r"control points 0 and 1 differ: only one of them has 0\.weight"):
        whole_curve(torn)


def test_parameters_are_the_tensors_but_statistics() -> None:
    assert set(A) - set(parameters(A)) == {"1.running_mean", "1.running_var", "1.num_batches_tracked"}
    assert not parameters({"epoch": 3, "name": "x"})


def test_layers_of_other_names_are_matched_by_order_and_shape() -> None:
    """As their own VGG (fc1 for classifier.1) and residual networks (downsample for downsample.0) need."""
    ours = {"a.weight": torch.ones(2), "b.0.weight": torch.ones(3), "classifier.1.bias": torch.ones(1)}
    theirs = {"b.weight": torch.zeros(3), "a.weight": torch.zeros(2), "fc1.bias": torch.zeros(1)}
    assert names_by_order(theirs, ours) == {
        "a.weight": "a.weight",
        "b.0.weight": "b.weight",
        "classifier.1.bias": "fc1.bias",
    }
    assert names_by_order(theirs | {"fc1.bias": torch.zeros(2)}, ours) is None
    assert names_by_order(theirs | {"more": torch.zeros(2)}, ours) is None


def test_a_curve_that_lacks_a_control_point_is_no_shorter_curve() -> None:
    weights = written(True)
    for gone, left in ((1, "0, 2"), (2, "0, 1"), (0, "1, 2")):
        some = {name: tensor for name, tensor in weights.items() if not name.endswith(f"_{gone}")}
        with pytest.raises(ValueError, match=f"not numbered from 0 without a gap to 2 or more: {left}"):
            whole_curve(some)
