"""Operation by operation: equivalence in float64, and the groups that a careful reader would find."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from mode_connectivity.symmetry import Symmetry, UnsupportedModule
from support.distinct_networks import check


class Toy(nn.Module):
    """Convolutions a (3 -> 8), b (8 -> 8), c (8 -> 4), a linear head and whatever else a test adds to it."""

    def __init__(self, body: Callable[..., Tensor], head: int = 8, **extra: nn.Module | nn.Parameter) -> None:
        super().__init__()
        self.a, self.b, self.c = nn.Conv2d(3, 8, 3, padding=1), nn.Conv2d(8, 8, 1), nn.Conv2d(8, 4, 1)
        self.head = nn.Linear(head, 2)
        for name, each in extra.items():
            setattr(self, name, each)
        self.body = body

    def forward(self, images: Tensor) -> Tensor:
        hidden: Tensor = self.head(self.body(self, images))
        return hidden


def pooled(x: Tensor) -> Tensor:
    return x.mean((2, 3))


ACTIVATIONS: list[Callable[[Tensor], Tensor]] = [
    *(F.relu, F.relu6, F.leaky_relu, F.elu, F.selu, F.celu, F.gelu, F.silu, F.mish, F.softplus, F.hardswish),
    *(F.hardsigmoid, F.hardtanh, F.softsign, F.tanhshrink, F.logsigmoid, torch.tanh, torch.sigmoid, torch.sin),
    *(lambda x: F.relu_(x.clone()), lambda x: x.clamp(-0.1, 0.1), lambda x: 2 * x + 1, lambda x: x**2, torch.abs),
    *(lambda x: F.softmax(x, dim=1), lambda x: x / x.norm(dim=1, keepdim=True), lambda x: x - x.mean(1, keepdim=True)),
    *(lambda x: F.dropout(x, training=False), lambda x: F.max_pool2d(x, 2), lambda x: F.adaptive_max_pool2d(x, 1)),
    *(lambda x: F.interpolate(x, scale_factor=2), lambda x: F.pad(x, (1, 1)), lambda x: x.amax((2, 3), keepdim=True)),
    *(lambda x: F.interpolate(x, scale_factor=2, mode="bilinear"), lambda x: F.pad(x, (1, 1, 1, 1), mode="reflect")),
    *(lambda x: x.flip(2), lambda x: x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2), lambda x: x[:, :, 1:]),
    *(lambda x: torch.where(x > 0, x, torch.expm1(x)), lambda x: x.to(memory_format=torch.channels_last)),
    F.instance_norm,
]


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_what_acts_on_units_alike_keeps_both_groups(activation: Callable[[Tensor], Tensor]) -> None:
    toy = Toy(lambda m, x: pooled(m.b(activation(m.a(x)))))
    assert check(toy, torch.rand(2, 3, 6, 6)).groups == {"a": 8, "b": 8}


CASES: dict[str, tuple[Toy, dict[str, int]]] = {
    "addition ties": (Toy(lambda m, x: (lambda h: pooled(h + m.b(h)))(m.a(x))), {"a": 8}),
    "product ties": (Toy(lambda m, x: (lambda h: pooled(h * torch.sigmoid(m.b(h))))(m.a(x))), {"a": 8}),
    "squeeze and excitation": (
        Toy(lambda m, x: (lambda h: pooled(h * torch.sigmoid(m.b(h.mean((2, 3), keepdim=True)))))(m.a(x))),
        {"a": 8},
    ),
    "concatenation": (
        Toy(lambda m, x: (lambda h: pooled(torch.cat([h, m.c(h)], 1)))(m.a(x)), head=12),
        {"a": 8, "c": 4},
    ),
    "normalised concatenation": (
        Toy(lambda m, x: (lambda h: pooled(m.n(torch.cat([h, m.c(h)], 1))))(m.a(x)), 12, n=nn.BatchNorm2d(12)),
        {"a": 8, "c": 4},
    ),
    "sum with a concatenation": (
        Toy(lambda m, x: (lambda h: pooled(h + torch.cat([m.c(h), m.c(h * h)], 1)))(m.a(x))),
        {"a[0:4]": 4},
    ),
    "layer norm over channels": (
        Toy(lambda m, x: m.n(pooled(m.a(x))), n=nn.LayerNorm(8)),
        {"a": 8},
    ),
    "group norm, in its groups": (
        Toy(lambda m, x: pooled(m.n(m.a(x))), n=nn.GroupNorm(2, 8)),
        {"a[0:4]": 4, "a[4:8]": 4},
    ),
    "group norm of one group": (Toy(lambda m, x: pooled(m.n(m.a(x))), n=nn.GroupNorm(1, 8)), {"a": 8}),
    "group norm of single channels": (Toy(lambda m, x: pooled(m.n(m.a(x))), n=nn.GroupNorm(8, 8)), {"a": 8}),
    "instance norm": (
        Toy(lambda m, x: pooled(m.n(m.a(x))), n=nn.InstanceNorm2d(8, affine=True, track_running_stats=True)),
        {"a": 8},
    ),
    "channels x pixels": (Toy(lambda m, x: m.a(x).flatten(1), head=8 * 36), {"a": 8}),
    "pixels x channels": (Toy(lambda m, x: m.a(x).permute(0, 2, 3, 1).flatten(1), head=8 * 36), {"a": 8}),
    "depthwise": (Toy(lambda m, x: pooled(m.d(m.a(x))), d=nn.Conv2d(8, 8, 3, groups=8)), {"a": 8}),
    "depthwise with a multiplier": (
        Toy(lambda m, x: pooled(m.d(m.a(x))), 16, d=nn.Conv2d(8, 16, 3, groups=8)),
        {"a": 8},
    ),
    "grouped, by whole groups": (Toy(lambda m, x: pooled(m.d(m.a(x))), 12, d=nn.Conv2d(8, 12, 3, groups=4)), {"a": 4}),
    "grouped on the image": (
        Toy(lambda m, x: pooled(m.d(x)), 12, d=nn.Conv2d(3, 12, 3, groups=3)),
        {"d[0:4]": 4, "d[4:8]": 4, "d[8:12]": 4},
    ),
    "transposed": (Toy(lambda m, x: pooled(m.d(m.a(x))), 5, d=nn.ConvTranspose2d(8, 5, 2)), {"a": 8, "d": 5}),
    "transposed and grouped": (
        Toy(lambda m, x: pooled(m.d(m.a(x))), 12, d=nn.ConvTranspose2d(8, 12, 2, groups=4, bias=False)),
        {"a": 4},
    ),
    "prelu": (Toy(lambda m, x: pooled(m.p(m.a(x))), p=nn.PReLU(8)), {"a": 8}),
    "one prelu for all": (Toy(lambda m, x: pooled(m.p(m.a(x))), p=nn.PReLU()), {"a": 8}),
    "layer scale": (Toy(lambda m, x: pooled(m.s * m.a(x)), s=nn.Parameter(torch.rand(8, 1, 1))), {"a": 8}),
    "shortcut with zero channels": (
        Toy(lambda m, x: pooled(m.a(x) + F.pad(x, (0, 0, 0, 0, 2, 3)))),
        {"a[0:2]": 2, "a[5:8]": 3},
    ),
    "gated halves": (Toy(lambda m, x: pooled(torch.mul(*m.a(x).chunk(2, 1))), 4), {"a[0:4]": 4}),
    "halves apart": (
        Toy(lambda m, x: (lambda h: pooled(torch.cat([h[:, :4].tanh(), h[:, 4:]], 1)))(m.a(x))),
        {"a[0:4]": 4, "a[4:8]": 4},
    ),
    "stacked and summed": (Toy(lambda m, x: (lambda h: pooled(torch.stack([h, m.b(h)]).sum(0)))(m.a(x))), {"a": 8}),
    "one layer twice": (Toy(lambda m, x: pooled(m.b(torch.tanh(m.b(m.a(x)))))), {"a": 8}),
    "shuffled channels stay": (
        Toy(lambda m, x: pooled(m.b(m.a(x)).view(-1, 2, 4, 36).transpose(1, 2).reshape(-1, 8, 6, 6))),
        {"a": 8},
    ),
    "a look-up along channels stays": (Toy(lambda m, x: pooled(m.b(m.a(x))[:, [1, 0]]), 2), {"a": 8}),
    "matrix products": (
        Toy(
            lambda m, x: pooled(m.a(x)) @ m.w @ m.v,
            3,
            w=nn.Parameter(torch.rand(8, 5)),
            v=nn.Parameter(torch.rand(5, 3)),
        ),
        {"a": 8, "w": 5, "v": 3},
    ),
    "attention over pixels": (
        Toy(
            lambda m, x: (lambda h: (torch.softmax(h @ h.mT, -1) @ m.b(m.a(x)).flatten(2).mT).mean(1))(
                m.a(x).flatten(2).mT
            )
        ),
        {"a": 8, "b": 8},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_groups(case: str) -> None:
    toy, groups = CASES[case]
    assert check(toy, torch.rand(2, 3, 6, 6)).groups == groups


def test_attention_moves_its_heads_and_its_streams() -> None:
    layer = nn.TransformerEncoderLayer(8, 2, 12, batch_first=True)
    model = nn.Sequential(nn.Linear(5, 8), layer, nn.Linear(8, 3))
    symmetry = check(model, torch.rand(2, 4, 5))
    inside = {f"1.self_attn head {head} {role}": 4 for role in ("query-key", "value") for head in range(2)}
    assert symmetry.groups == {"0": 8, "1.self_attn heads": 2, **inside, "1.linear1": 12}
    assert [m.tensor for m in symmetry.members("0") if m.consumer] == [
        *("1.self_attn.in_proj_weight", "1.linear1.weight", "2.weight")
    ]


def test_recurrent_layers_move_their_hidden_units() -> None:
    class Recurrent(nn.Module):
        def __init__(self, cell: nn.Module) -> None:
            super().__init__()
            self.cell, self.head = cell, nn.Linear(6, 2)

        def forward(self, steps: Tensor) -> Tensor:
            state = steps.new_zeros(len(steps), 6)
            for step in steps.unbind(1):
                state = self.cell(step, state)
            logits: Tensor = self.head(state)
            return logits

    assert list(check(Recurrent(nn.RNNCell(3, 6)), torch.rand(2, 3, 3)).groups.values()) == [6]


def test_embeddings_tied_to_nothing_move_their_columns() -> None:
    model = nn.Sequential(nn.Embedding(10, 6), nn.Flatten(), nn.Linear(24, 5), nn.ReLU(), nn.Linear(5, 2))
    symmetry = Symmetry.derive(model, torch.randint(0, 10, (2, 4)))
    assert symmetry.groups == {"2": 5, "0.weight": 6}


def test_tensors_under_several_names_move_under_each() -> None:
    class Tied(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.second, self.head = nn.Linear(4, 4), nn.Linear(4, 4), nn.Linear(4, 2)
            self.second.weight = self.first.weight

        def forward(self, x: Tensor) -> Tensor:
            logits: Tensor = self.head(self.second(torch.tanh(self.first(x))) + self.first(x))
            return logits

    symmetry = Symmetry.derive(Tied(), torch.rand(2, 4))
    assert symmetry.groups == {}


def test_parametrized_weights() -> None:
    class Doubled(nn.Module):
        def forward(self, weight: Tensor) -> Tensor:
            return 2 * weight

    parametrizations = nn.utils.parametrizations
    for parametrize in (
        lambda layer: nn.utils.parametrize.register_parametrization(layer, "weight", Doubled()),
        parametrizations.weight_norm,
    ):
        model = nn.Sequential(nn.Linear(4, 6), nn.ReLU(), nn.Linear(6, 2))
        parametrize(model[0])
        assert list(check(model, torch.rand(2, 4)).groups.values()) == [6]


class Refused(nn.Module):
    def __init__(self, body: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.inner, self.head, self.body = nn.Linear(4, 6), nn.LazyLinear(2), body

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.head(self.body(self.inner(x)))
        return logits


REFUSED: dict[str, Callable[[Tensor], Tensor]] = {
    "aten._local_scalar_dense": lambda x: x if x.sum() > 0 else -x,
    "aten.nonzero": lambda x: x[:, (x[0] > 0).nonzero().flatten()],
    "aten.linalg_matrix_exp": lambda x: torch.linalg.matrix_exp(x.mT @ x),
    "aten._fft_r2c": lambda x: torch.fft.rfft(x).abs(),
    "aten.bernoulli": lambda x: F.dropout(x, training=True),
    "aten.scatter": lambda x: x.scatter(1, torch.tensor([[0], [1]]), 0.0),
}


@pytest.mark.parametrize("operation", REFUSED)
def test_what_cannot_be_followed_is_named_with_its_place(operation: str) -> None:
    model = nn.Sequential(Refused(REFUSED[operation]))
    model(torch.rand(2, 4))
    with pytest.raises(UnsupportedModule, match=r"cannot follow .*aten.* in 0 \(Refused\)") as refusal:
        Symmetry.derive(model, torch.rand(2, 4))
    assert "\n" not in str(refusal.value)
    assert operation in str(refusal.value) or operation == "aten.bernoulli"


def test_outputs_that_are_no_tensors_are_refused() -> None:
    class Output(nn.Linear):
        def forward(self, x: Tensor) -> object:  # type: ignore[override]
            return iter([super().forward(x)])

    with pytest.raises(UnsupportedModule, match="output of type list_iterator"):
        Symmetry.derive(Output(3, 2), torch.rand(1, 3))
