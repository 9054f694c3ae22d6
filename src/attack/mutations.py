"""Draws hostile values and damages texts and bytes."""

from collections.abc import Iterator
from random import Random
from typing import Any

VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 2, 7, 3.5, -0.5, 0.0, 1e-300, 1e308, 2**31, 2**63, 2**64, 10**30),
    *(float("nan"), float("inf"), -float("inf"), "", " ", "x", "off", "auto", "null", "1", "1e-3", "010"),
    *(
        "a\nb",
        "\x00",
        "../../etc",
        "/dev/zero",
        "~nosuchuser/x",
        "{x}",
        "{seed}",
        "{seed.x}",
        "%s",
        "é\u202e",
        "x" * 5000,
    ),
    *(
        "os:system",
        "torch:nosuch",
        "json:loads",
        "nosuchmodule:f",
        "builtins:exec",
        "vgg16",
        "resnet18",
        "vgg13_strided",
    ),
    *([], [0], [0, 0], [-1], ["mid"], [[0, 1]], [[0, 0]], [[0, 1], [1, 2]], [[10**6, 0]], [[1]], {}, {"a": 1}),
    *(
        {"mid": 10**6},
        {"deep": "features.0"},
        {"deep": "nosuch"},
        [None],
        [1.5],
        "2020-01-01",
        "shapes",
        "image_folder",
    ),
)


def leaves(values: dict[str, Any], place: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the place of every value that is no section."""
    for key, value in values.items():
        if isinstance(value, dict) and value:
            yield from leaves(value, (*place, key))
        else:
            yield (*place, key)


def put(values: dict[str, Any], place: tuple[str, ...], value: Any) -> None:
    """Set the value at a place."""
    for key in place[:-1]:
        values = values[key]
    values[place[-1]] = value


def damaged(content: bytes, random: Random) -> bytes:
    """Return `content` cut, with bits turned over, with a piece doubled, left out or overwritten, or something else."""
    size = max(1, len(content))
    at, length = random.randrange(size), 1 + random.randrange(min(size, 200))
    way = random.randrange(7)
    if way == 0:
        return content[:at]
    if way == 1:
        return (
            content[:at] + bytes([(content[at : at + 1] or b"\0")[0] ^ (1 << random.randrange(8))]) + content[at + 1 :]
        )
    if way == 2:
        return content[:at] + content[at : at + length] * 2 + content[at + length :]
    if way == 3:
        return content[:at] + content[at + length :]
    if way == 4:
        return content[:at] + random.randbytes(length) + content[at + length :]
    if way == 5:
        return random.randbytes(random.randrange(300))
    return b"" if random.random() < 0.2 else content + random.randbytes(length)


def flipped(content: bytes, random: Random) -> bytes:
    """Return `content` with one bit turned over, most often in its first part, where headers are."""
    if not content:
        return content
    at = random.randrange(min(len(content), random.choice((64, 1024, 2**30))))
    return content[:at] + bytes([content[at] ^ (1 << random.randrange(8))]) + content[at + 1 :]
