"""Distances from the Gram matrix are those of the materialised points."""

import numpy as np
import pytest
import torch

from mode_connectivity.measures import bend_displacement, displacement, end_distance, layer_distances, layer_sizes
from mode_connectivity.paths import Bezier, Linear, Path, Polygon, Restricted, linear_bends
from support.small_networks import small_net, state_of

A, B, C = (state_of(small_net(seed, batch_norm=True)) for seed in range(3))
LAYERS = ("0", "1", "3", "6", "8")
TS = np.linspace(0, 1, 61)


def materialised(path: Path, t: float, layer: str) -> float:
    state = path.at(t)
    start = path.controls[0]
    names = [f"{layer}.weight", f"{layer}.bias"]
    return float(sum((state[name].double() - start[name].double()).square().sum() for name in names) ** 0.5)


@pytest.mark.parametrize("path", [Linear(A, C), Bezier([A, B, C]), Polygon([A, B, C]), Bezier([A, B, A, C])])
def test_agrees_with_every_point_made_and_measured(path: Path) -> None:
    double = type(path).__new__(type(path))
    Path.__init__(double, [{name: tensor.double() for name, tensor in control.items()} for control in path.controls])
    found = layer_distances(path, TS)
    assert found.layers == LAYERS
    expected = np.array([[materialised(double, t, layer) for layer in LAYERS] for t in TS])
    assert np.allclose(found.raw_l2, expected, rtol=1e-9, atol=1e-12)
    sizes = [sum(A[f"{layer}.{part}"].numel() for part in ("weight", "bias")) for layer in LAYERS]
    assert layer_sizes(path).tolist() == sizes
    assert np.allclose(found.normalized_l2, expected / np.sqrt(sizes), rtol=1e-9)
    norms = [
        sum(A[f"{layer}.{part}"].double().square().sum() for part in ("weight", "bias")) ** 0.5 for layer in LAYERS
    ]
    assert np.allclose(found.relative, expected / norms, rtol=1e-9)


@pytest.mark.parametrize("path", [Linear(A, C), Bezier([A, B, C]), Polygon([A, B, C]), Bezier([A, B, A, C])])
def test_correction_is_the_distance_from_the_straight_line(path: Path) -> None:
    chord, found = Linear(A, C), layer_distances(path, TS).correction
    for row, t in zip(found[::20], TS[::20], strict=True):
        apart = layer_distances(Linear(chord.at(t), path.at(t)), [1.0]).raw_l2[0]
        assert np.allclose(row, apart, rtol=1e-5, atol=1e-5)
    if len(path.controls) == 3 and isinstance(path, Bezier):
        assert np.allclose(found, np.outer(2 * TS * (1 - TS), bend_displacement(path)), rtol=1e-9, atol=1e-9)


def test_an_unswapped_layer_leaves_and_returns_symmetrically() -> None:
    """Where both ends agree only the bend's term is left, and its weight 2t(1-t) is symmetric about t = 1/2."""
    end = {name: C[name] if name.startswith("3.") else tensor for name, tensor in A.items()}
    distances = layer_distances(Bezier([A, B, end]), TS).raw_l2
    for place, layer in enumerate(LAYERS):
        gap = np.abs(distances[:, place] - distances[::-1, place]).max()
        assert (gap < 1e-12) == (layer != "3")
        assert (distances[-1, place] == 0) == (layer != "3")
    assert (distances[0] == 0).all()


def test_displacement_is_the_curve_minus_the_chord() -> None:
    path = Bezier([A, B, C])
    curve, chord = path.at(0.5), Linear(A, C).at(0.5)
    for place, layer in enumerate(LAYERS):
        names = [f"{layer}.weight", f"{layer}.bias"]
        gap = float(sum((curve[n] - chord[n]).double().square().sum() for n in names) ** 0.5)
        assert bend_displacement(path)[place] == pytest.approx(2 * gap, rel=1e-5)
    assert np.allclose(end_distance(path), layer_distances(path, [1.0]).raw_l2[0])


@pytest.mark.parametrize("kind", [Bezier, Polygon])
def test_displacement_of_several_bends_is_their_root_mean_square(kind: type[Bezier] | type[Polygon]) -> None:
    chord = Linear(A, C)
    steps = [layer_distances(Linear(chord.at(k / 3), bend), [1.0]).raw_l2[0] for k, bend in ((1, B), (2, A))]
    found = bend_displacement(kind([A, B, A, C]))
    assert np.allclose(found, np.sqrt((steps[0] ** 2 + steps[1] ** 2) / 2), rtol=1e-5)


class Squared(Bezier):
    """Walks slowly at first."""

    def weights(self, t: float) -> tuple[float, ...]:
        return super().weights(t**2)


@pytest.mark.parametrize("kind", [Bezier, Polygon, Squared])
@pytest.mark.parametrize("bends", [[B], [B, A]])
def test_a_restricted_path_is_as_far_as_its_points_are(
    kind: type[Bezier] | type[Polygon], bends: list[dict[str, torch.Tensor]]
) -> None:
    """All measures see the path that `at` follows, not the bends that the mask cuts."""
    controls = [{name: tensor.double() for name, tensor in state.items()} for state in (A, *bends, C)]
    mask = {
        "3.weight": torch.arange(A["3.weight"].numel()).view_as(A["3.weight"]) % 3 == 0,
        "6.bias": torch.tensor(True),
    }
    path = Restricted(kind(controls), mask)
    expected = np.array([[materialised(path, t, layer) for layer in LAYERS] for t in TS])
    assert np.allclose(layer_distances(path, TS).raw_l2, expected, rtol=1e-9, atol=1e-9)
    field, middle, chord = displacement(path), path.at(0.5), Linear(controls[0], controls[-1]).at(0.5)
    for name, tensor in field.items() if kind is not Squared else ():  # its weights differ from either end
        weight = sum(path.weights(0.5)[1:-1])
        assert torch.allclose(weight * tensor, middle[name] - chord[name], rtol=0, atol=1e-12)
        if name not in mask:
            assert not tensor.abs().max() > 1e-12
    assert (bend_displacement(path) > 1e-6).tolist() == [layer in ("3", "6") for layer in LAYERS]
    assert np.allclose(end_distance(path), expected[-1])


def test_a_bend_on_the_chord_has_no_displacement_and_a_standing_path_no_distance() -> None:
    double = [{name: tensor.double() for name, tensor in state.items()} for state in (A, C)]
    straight = Bezier([double[0], *linear_bends(double[0], double[1]), double[1]])
    assert bend_displacement(straight).max() < 1e-7
    standing = layer_distances(Linear(A, A), TS)
    assert not standing.raw_l2.any()
    assert not standing.relative.any()
    with pytest.raises(ValueError, match="three control points"):
        bend_displacement(Bezier([A, C]))


def test_relative_distance_from_a_layer_of_zeros() -> None:
    zero = {"l.weight": torch.zeros(2, 2), "m.weight": torch.zeros(2)}
    distances = layer_distances(Linear(zero, {**zero, "l.weight": torch.ones(2, 2)}), [0.0, 1.0])
    assert distances.relative.tolist() == [[0, 0], [np.inf, 0]]


def test_parameters_of_the_network_itself_are_a_layer_of_their_own() -> None:
    start = {"token": torch.zeros(2), "head.weight": torch.zeros(3, 2)}
    end = {"token": torch.tensor([3.0, 4.0]), "head.weight": torch.ones(3, 2)}
    distances = layer_distances(Linear(start, end), [0, 1])
    assert distances.layers == ("(root)", "head")
    assert distances.raw_l2[-1].tolist() == [5, pytest.approx(6**0.5)]


def test_complex_weights_move_as_far_as_their_real_and_imaginary_parts() -> None:
    generator = torch.Generator().manual_seed(0)
    pairs = [{"a.w": torch.randn(3, 4, 2, generator=generator)} for _ in range(3)]
    complexes = [{name: torch.view_as_complex(tensor) for name, tensor in control.items()} for control in pairs]
    ts = np.linspace(0, 1, 5)
    found, expected = layer_distances(Bezier(complexes), ts), layer_distances(Bezier(pairs), ts)
    for metric in ("raw_l2", "relative", "norm_difference", "correction"):
        assert (getattr(found, metric) == getattr(expected, metric)).all()
    assert layer_sizes(Bezier(complexes)).tolist() == [12]
