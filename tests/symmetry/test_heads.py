"""Heads change places, what is in a head changes places within it, and nothing else does."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from mode_connectivity.symmetry import Symmetry
from support.attention_networks import (
    TOKENS,
    WORDS,
    Attention,
    FusedAttention,
    Torchs,
    attend,
    normed,
    proven,
    repeated,
)

FREE = {
    "heads": 3,
    **{f"head {head} query-key": 4 for head in range(3)},
    **{f"head {head} value": 4 for head in range(3)},
}
VALUES = {name: units for name, units in FREE.items() if "query-key" not in name}
QUERIES = {name: units for name, units in FREE.items() if "value" not in name}
GROUPED = {
    "heads": 2,
    **{f"head {head} {role}": units for head in range(2) for role, units in (("queries", 2), ("query-key", 4))},
    **{f"head {head} value": 4 for head in range(2)},
}


def heads_of(symmetry: Symmetry, module: str) -> dict[str, int]:
    """Return the groups of a module by the rest of their names, without the stream."""
    return {
        name.removeprefix(module).lstrip(". "): units
        for name, units in symmetry.groups.items()
        if name.startswith(f"{module} ") or (name.startswith(f"{module}.") and "output" not in name)
    }


def rotated(x: Tensor) -> Tensor:
    angles = torch.arange(TOKENS)[:, None] * torch.tensor([1.0, 0.1, 1.0, 0.1], dtype=x.dtype)
    return x * angles.cos() + torch.cat([-x[..., 2:], x[..., :2]], -1) * angles.sin()


def rotated_in_pairs(x: Tensor) -> Tensor:
    turns = torch.polar(torch.ones(TOKENS, 2), torch.arange(TOKENS)[:, None] * torch.tensor([1.0, 0.1]))
    pairs = torch.view_as_complex(x.reshape(*x.shape[:-1], -1, 2)) * turns
    return torch.view_as_real(pairs).flatten(3).to(x.dtype)


def relative(m: nn.Module, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    places = torch.arange(TOKENS)
    bias: Tensor = m.get_submodule("bias")(places[:, None] - places + TOKENS).permute(2, 0, 1)
    return torch.softmax(q @ k.mT + bias, -1) @ v


def sloped(_: nn.Module, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    slopes = torch.tensor([1.0, 0.5, 0.25], dtype=q.dtype)[:, None, None]
    return torch.softmax(q @ k.mT + slopes * torch.arange(TOKENS), -1) @ v


def einsums(_: nn.Module, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    return torch.einsum("bhts,bhsd->bhtd", torch.softmax(torch.einsum("bhtd,bhsd->bhts", q, k), -1), v)


CASES: dict[str, tuple[Attention, dict[str, int]]] = {
    "as written by hand": (Attention(), FREE),
    "torch's own product": (Attention(lambda m, q, k, v: F.scaled_dot_product_attention(q, k, v)), FREE),
    "einsum": (Attention(einsums), FREE),
    "scaled in place": (Attention(lambda m, q, k, v: attend(m, q.clone().mul_(0.5), k, v)), FREE),
    "a gain for each head": (
        Attention(lambda m, q, k, v: attend(m, q, k, v) * m.gain, gain=nn.Parameter(torch.rand(3, 1, 1))),
        FREE,
    ),
    "a bias for each head and distance": (Attention(relative, bias=nn.Embedding(2 * TOKENS + 1, 3)), FREE),
    "linear attention": (
        Attention(lambda m, q, k, v: F.softmax(q, -1) @ (F.softmax(k, -2).mT @ v)),
        FREE,
    ),
    "attention between units": (
        Attention(lambda m, q, k, v: (torch.softmax(q.mT @ k, -1) @ v.mT).mT),
        FREE,
    ),
    "heads one after the other": (
        Attention(lambda m, q, k, v: torch.stack([attend(m, q[:, i], k[:, i], v[:, i]) for i in range(3)], 1)),
        {f"{layer}[{start}:{start + 4}]": 4 for layer in ("query", "value") for start in (0, 4, 8)},
    ),
    "slopes that are not learned": (
        Attention(sloped),
        {f"{layer}[{start}:{start + 4}]": 4 for layer in ("query", "value") for start in (0, 4, 8)},
    ),
    "one norm for all heads": (Attention(normed, norm=nn.LayerNorm(4)), VALUES | {"every head query-key": 4}),
    "one gain of queries for all heads": (
        Attention(lambda m, q, k, v: attend(m, q * m.gain, k, v), gain=nn.Parameter(torch.rand(4))),
        VALUES | {"every head query-key": 4},
    ),
    "rotary": (Attention(lambda m, q, k, v: attend(m, rotated(q), rotated(k), v)), VALUES),
    "rotary, complex": (
        Attention(lambda m, q, k, v: attend(m, rotated_in_pairs(q), rotated_in_pairs(k), v)),
        VALUES,
    ),
    "places within the values": (
        Attention(lambda m, q, k, v: attend(m, q, k, v) + torch.arange(4.0).to(q)),
        QUERIES,
    ),
    "heads that are compared": (
        Attention(lambda m, q, k, v: attend(m, q, k, v).softmax(1)),
        QUERIES | {"every head value": 4},
    ),
    "heads in another order": (
        Attention(lambda m, q, k, v: attend(m, q, k, v.roll(1, 1))),
        {f"query[{start}:{start + 4}]": 4 for start in (0, 4, 8)} | {"value[0:4]": 4},
    ),
    "heads and tokens confused": (
        Attention(lambda m, q, k, v: attend(m, q, k, v).reshape(2, TOKENS, 3, 4).transpose(1, 2)),
        {f"query[{start}:{start + 4}]": 4 for start in (0, 4, 8)} | {"value[0:4]": 4},
    ),
    "grouped queries": (Attention(repeated, heads=4, keys=2), GROUPED),
    "grouped queries, interleaved": (
        Attention(lambda m, q, k, v: attend(m, q, k.repeat_interleave(2, 1), v.repeat_interleave(2, 1)), 4, 2),
        GROUPED,
    ),
    "grouped queries of torch": (
        Attention(lambda m, q, k, v: F.scaled_dot_product_attention(q, k, v, enable_gqa=True), 4, 2),
        GROUPED,
    ),
    "one head of keys, rotary": (
        Attention(lambda m, q, k, v: attend(m, rotated(q), rotated(k), v.expand(q.shape)), heads=4, keys=1),
        {"heads": 4, "value": 4},
    ),
    "one head of keys": (Attention(heads=4, keys=1), {"heads": 4, "every head query-key": 4, "value": 4}),
}


@pytest.mark.parametrize("case", CASES)
def test_groups_of_attention(case: str) -> None:
    model, groups = CASES[case]
    symmetry = proven(model, WORDS)
    assert heads_of(symmetry, "attention") == groups
    assert symmetry.groups["attention.output"] == len(model.state_dict()["attention.output.bias"])


CUTS: dict[str, Callable[[Tensor, int, int], tuple[Tensor, ...]]] = {
    "three, heads, units": lambda x, h, d: x.unflatten(-1, (3, h, d)).permute(2, 0, 3, 1, 4).unbind(0),
    "heads, three, units": lambda x, h, d: x.unflatten(-1, (h, 3, d)).permute(2, 0, 3, 1, 4).unbind(0),
    "heads, three times units": lambda x, h, d: x.unflatten(-1, (h, 3 * d)).transpose(1, 2).chunk(3, -1),
    "three pieces": lambda x, h, d: tuple(each.unflatten(-1, (h, d)).transpose(1, 2) for each in x.chunk(3, -1)),
}


@pytest.mark.parametrize("cut", CUTS)
def test_a_layer_for_queries_keys_and_values(cut: str) -> None:
    symmetry = proven(FusedAttention(CUTS[cut]), WORDS)
    assert {name: units for name, units in symmetry.groups.items() if name.startswith("head")} == FREE
    assert [m.tensor for m in symmetry.members("heads")] == ["qkv.weight", "qkv.bias", "output.weight"]


TWO = {"heads": 2, **{f"head {head} {role}": 4 for role in ("query-key", "value") for head in range(2)}}


@pytest.mark.parametrize("module", ["encoder.self_attn", "decoder.self_attn", "decoder.multihead_attn"])
def test_torchs_own_layers(module: str) -> None:
    symmetry = proven(Torchs(), WORDS)
    assert heads_of(symmetry, module).items() >= TWO.items()
    assert {m.tensor.removeprefix(module) for m in symmetry.members(f"{module} heads")} == {
        ".in_proj_weight", ".in_proj_bias", ".out_proj.weight"
    }  # fmt: skip


def test_layers_of_heads_have_heads_for_units_and_one_head_has_its_own_entries() -> None:
    symmetry = proven(Attention(), WORDS)
    assert symmetry.layers["attention.query"] == symmetry.layers["attention.value"] == "attention heads"
    heads = symmetry.slices("attention.query", [1])
    assert heads["attention.key.bias"].nonzero().flatten().tolist() == [4, 5, 6, 7]
    assert heads["attention.output.weight"].nonzero()[:, 1].tolist() == [4, 5, 6, 7]
    units = symmetry.slices("attention head 1 value", [2])
    assert units["attention.value.bias"].nonzero().flatten().tolist() == [6]
    assert set(units) == {"attention.value.weight", "attention.value.bias", "attention.output.weight"}


def test_a_head_takes_its_units_along() -> None:
    """First within each head, then the heads: unit j of new head u is unit q[p[u]][j] of old head p[u]."""
    symmetry = proven(Attention(), WORDS)
    model = Attention()
    state = model.state_dict()
    perms = {"attention heads": torch.tensor([2, 0, 1]), "attention head 2 value": torch.tensor([1, 0, 3, 2])}
    rows = symmetry.apply(state, perms)["attention.value.bias"]
    assert torch.equal(rows, state["attention.value.bias"][[9, 8, 11, 10, 0, 1, 2, 3, 4, 5, 6, 7]])
