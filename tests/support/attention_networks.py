"""Small networks with attention, written as people write them, and the proof that a rearrangement keeps them."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from mode_connectivity.symmetry import Symmetry
from mode_connectivity.training.objective import output_of
from support.distinct_networks import randomised

VOCABULARY, TOKENS = 11, 6
WORDS = torch.randint(0, VOCABULARY, (2, TOKENS), generator=torch.Generator().manual_seed(0))
MASKS = ("is_causal", "buffer", "tril", "triu", "where", "assigned", "arange")


def causal(scores: Tensor, mask: str, buffer: Tensor) -> Tensor:
    """Return the scores (..., T, T), those of later tokens put out in one of the ways that are in use."""
    tokens = scores.shape[-1]
    low = float("-inf")
    if mask == "buffer":
        return scores.masked_fill(buffer[:, :, :tokens, :tokens] == 0, low)
    if mask == "tril":
        return scores.masked_fill(torch.tril(torch.ones(tokens, tokens)) == 0, low)
    if mask == "triu":
        return scores + torch.triu(torch.full((tokens, tokens), low), 1)
    if mask == "where":
        return torch.where(buffer[:, :, :tokens, :tokens].bool(), scores, torch.finfo(scores.dtype).min)
    if mask == "assigned":
        added = torch.zeros(tokens, tokens)
        added[torch.triu(torch.ones(tokens, tokens), 1).bool()] = low
        return scores + added
    places = torch.arange(tokens)
    return scores.masked_fill(places[None, :] > places[:, None], low)


class CausalAttention(nn.Module):
    """Attention with queries, keys and values from one layer."""

    def __init__(self, width: int, heads: int, mask: str) -> None:
        super().__init__()
        self.heads, self.width, self.mask = heads, width, mask
        self.c_attn, self.c_proj = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.register_buffer("bias", torch.tril(torch.ones(TOKENS, TOKENS)).view(1, 1, TOKENS, TOKENS))

    def forward(self, x: Tensor) -> Tensor:
        batch, tokens, width = x.shape
        parts = self.c_attn(x).split(self.width, dim=2)
        q, k, v = (part.view(batch, tokens, self.heads, width // self.heads).transpose(1, 2) for part in parts)
        if self.mask == "is_causal":
            y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        else:
            scores = (q @ k.transpose(-2, -1)) / math.sqrt(k.size(-1))
            y = F.softmax(causal(scores, self.mask, self.get_buffer("bias")), dim=-1) @ v
        mixed: Tensor = self.c_proj(y.transpose(1, 2).contiguous().view(batch, tokens, width))
        return mixed


class GPTBlock(nn.Module):
    def __init__(self, width: int, heads: int, mask: str) -> None:
        super().__init__()
        self.ln_1, self.ln_2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attn = CausalAttention(width, heads, mask)
        self.fc, self.proj = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attn(self.ln_1(x))
        hidden: Tensor = x + self.proj(F.gelu(self.fc(self.ln_2(x))))
        return hidden


class GPT(nn.Module):
    """Two blocks between an embedding of words and places and a head that shares the embedding's table."""

    def __init__(self, width: int = 12, heads: int = 3, mask: str = "is_causal") -> None:
        super().__init__()
        self.wte, self.wpe = nn.Embedding(VOCABULARY, width), nn.Embedding(TOKENS, width)
        self.h = nn.ModuleList(GPTBlock(width, heads, mask) for _ in range(2))
        self.ln_f, self.lm_head = nn.LayerNorm(width), nn.Linear(width, VOCABULARY, bias=False)
        self.lm_head.weight = self.wte.weight

    def forward(self, words: Tensor) -> Tensor:
        x = self.wte(words) + self.wpe(torch.arange(words.shape[1]))
        for block in self.h:
            x = block(x)
        logits: Tensor = self.lm_head(self.ln_f(x))
        return logits


Scores = Callable[[Any, Tensor, Tensor, Tensor], Tensor]


def attend(_module: nn.Module, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """Return the usual attention of (N, heads, T, size)."""
    return torch.softmax(q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1]), -1) @ v


class Attention(nn.Module):
    """Attention with a layer each for queries, keys and values, whose middle part is given, between words and a head.

    `keys` is the number of heads of keys and values. What `extra` names belongs to the attention.
    """

    def __init__(self, middle: Scores = attend, heads: int = 3, keys: int = 3, size: int = 4, **extra: Any) -> None:
        super().__init__()
        width = heads * size
        self.words, self.places = nn.Embedding(VOCABULARY, width), nn.Embedding(TOKENS, width)
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, 5)
        self.attention = nn.Module()
        for name, many in (("query", heads), ("key", keys), ("value", keys)):
            setattr(self.attention, name, nn.Linear(width, many * size))
        self.attention.output = nn.Linear(width, width)
        for name, each in extra.items():
            setattr(self.attention, name, each)
        self.middle, self.size = middle, size

    def forward(self, words: Tensor) -> Tensor:
        x = self.words(words) + self.places(torch.arange(words.shape[1]))
        normed, own = self.norm(x), self.attention
        parts = (own.get_submodule(name)(normed) for name in ("query", "key", "value"))
        q, k, v = (part.view(*part.shape[:2], -1, self.size).transpose(1, 2) for part in parts)
        mixed = self.middle(own, q, k, v).transpose(1, 2).reshape(x.shape)
        logits: Tensor = self.head(x + own.get_submodule("output")(mixed))
        return logits


class FusedAttention(nn.Module):
    """Attention with one layer for queries, keys and values, cut in one of the ways that are in use."""

    def __init__(self, cut: Callable[[Tensor, int, int], Sequence[Tensor]], heads: int = 3, size: int = 4) -> None:
        super().__init__()
        width = heads * size
        self.words, self.places = nn.Embedding(VOCABULARY, width), nn.Embedding(TOKENS, width)
        self.qkv, self.output = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.head, self.cut, self.heads, self.size = nn.Linear(width, 5), cut, heads, size

    def forward(self, words: Tensor) -> Tensor:
        x = self.words(words) + self.places(torch.arange(words.shape[1]))
        q, k, v = self.cut(self.qkv(x), self.heads, self.size)
        logits: Tensor = self.head(x + self.output(attend(self, q, k, v).transpose(1, 2).reshape(x.shape)))
        return logits


def repeated(m: nn.Module, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    shape, times = k.shape, q.shape[1] // k.shape[1]
    k, v = (part[:, :, None].expand(*shape[:2], times, *shape[2:]).reshape(shape[0], -1, *shape[2:]) for part in (k, v))
    return attend(m, q, k, v)


def normed(m: nn.Module, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    return attend(m, m.get_submodule("norm")(q), m.get_submodule("norm")(k), v)


class Torchs(nn.Module):
    """Torch's own encoder and decoder layer."""

    def __init__(self) -> None:
        super().__init__()
        self.words, self.head = nn.Embedding(VOCABULARY, 8), nn.Linear(8, 5)
        self.encoder = nn.TransformerEncoderLayer(8, 2, 6, batch_first=True)
        self.decoder = nn.TransformerDecoderLayer(8, 2, 6)

    def forward(self, words: Tensor) -> Tensor:
        x = self.words(words)
        logits: Tensor = self.head(self.decoder(x, self.encoder(x)))
        return logits


def proven(model: nn.Module, inputs: Any, seed: int = 0) -> Symmetry:
    """Derive the symmetry of the model, made distinct; random, mirrored and swapped units must keep its outputs."""
    model = randomised(model, seed)
    symmetry = Symmetry.derive(model, inputs, verify=False)
    state = model.state_dict()
    swaps = [symmetry.swap(group, [(0, units - 1)]) for group, units in symmetry.groups.items()]
    drawn = [symmetry.random(torch.Generator().manual_seed(draw)) for draw in range(2)]
    with torch.no_grad():
        before = output_of(model, state, inputs)
        for perms in (*drawn, symmetry.reverse(), *swaps):
            moved = symmetry.apply(state, perms)
            assert any(not torch.equal(moved[name], state[name]) for name in symmetry.axes)
            assert (output_of(model, moved, inputs) - before).abs().max() <= 1e-12 * before.abs().max()
    return symmetry
