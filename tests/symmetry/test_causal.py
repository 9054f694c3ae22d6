"""Attention that looks back only, with every mask that is in use."""

import pytest
import torch
from torch import Tensor, nn

from mode_connectivity.symmetry import Symmetry, UnsupportedModule
from support.attention_networks import GPT, MASKS, WORDS, proven


@pytest.mark.parametrize("mask", MASKS)
def test_a_small_gpt_moves_its_stream_and_its_hidden_units(mask: str) -> None:
    symmetry = proven(GPT(mask=mask), WORDS)
    assert {symmetry.layers[f"h.{block}.fc"] for block in range(2)} == {"h.0.fc", "h.1.fc"}
    stream = symmetry.group_of("h.0.attn.c_proj")
    assert symmetry.groups[stream] == 12
    assert symmetry.axes["wte.weight"] == symmetry.axes["lm_head.weight"]
    assert {"wpe.weight", "h.0.ln_1.weight", "ln_f.bias"} <= {each.tensor for each in symmetry.members(stream)}


class Masked(nn.Module):
    """A layer between an embedding and a head, called with torch's own mask."""

    def __init__(self) -> None:
        super().__init__()
        self.words, self.head = nn.Embedding(11, 8), nn.Linear(8, 3)
        self.layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)

    def forward(self, words: Tensor) -> Tensor:
        mask = nn.Transformer.generate_square_subsequent_mask(words.shape[1])
        logits: Tensor = self.head(self.layer(self.words(words), src_mask=mask, is_causal=True))
        return logits


def test_the_mask_of_torchs_own_layers() -> None:
    symmetry = proven(Masked(), WORDS)
    assert symmetry.groups["layer.linear1"] == 16
    assert symmetry.groups["layer.self_attn.out_proj"] == 8


class Triangle(nn.Module):
    """A layer whose hidden units see only those before them, by a mask made in the pass."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second, self.head = nn.Linear(4, 6), nn.Linear(6, 6), nn.Linear(6, 2)

    def forward(self, x: Tensor) -> Tensor:
        weight = torch.tril(self.second.weight)
        logits: Tensor = self.head(torch.relu(nn.functional.linear(torch.relu(self.first(x)), weight)))
        return logits


def test_units_that_a_triangle_puts_in_order_stay() -> None:
    assert Symmetry.derive(Triangle(), torch.rand(2, 4)).groups == {}


class Branches(nn.Module):
    """Asks a tensor of its own making, and then the input if `of_input`, which way to go."""

    def __init__(self, of_input: bool) -> None:
        super().__init__()
        self.first, self.head, self.of_input = nn.Linear(4, 6), nn.Linear(6, 2), of_input

    def forward(self, x: Tensor) -> Tensor:
        asked = torch.zeros(len(x), 4)
        if self.of_input:
            asked[:, 0] = x[:, 0]
        hidden = torch.relu(self.first(x)) if asked.sum() == 0 else self.first(x)
        logits: Tensor = self.head(hidden)
        return logits


def test_a_constant_may_decide_but_not_what_was_written_over_one() -> None:
    assert Symmetry.derive(Branches(of_input=False), torch.rand(2, 4)).groups == {"first": 6}
    with pytest.raises(UnsupportedModule, match="depends on values"):
        Symmetry.derive(Branches(of_input=True), torch.rand(2, 4))
