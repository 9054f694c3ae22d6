"""Every source ends as uint8 (N, 3, S, S) with labels, and says what is wrong with a folder."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

from mode_connectivity.data.sets import Dataset, DatasetError
from mode_connectivity.data.sources.pixels import fingerprint
from mode_connectivity.data.sources.registry import MODULES, Request, source


def test_digits_are_whole_disjoint_and_balanced() -> None:
    data = source("digits").read(Request("digits", None, 32))
    assert data.train.pixels.shape == (1438, 3, 32, 32)
    assert data.test.pixels.shape == (359, 3, 32, 32)
    assert data.train.pixels.dtype == torch.uint8
    assert data.train.pixels.max() == 255
    counts = torch.bincount(data.train.labels), torch.bincount(data.test.labels)
    assert (counts[0] / (counts[0] + counts[1]) - 0.8).abs().max() < 0.01
    assert torch.equal(data.train.pixels[:, 0], data.train.pixels[:, 2])
    assert data.classes == tuple("0123456789")


def image_folder(root: Path, size: int, sizes: tuple[int | None, int | None] = (None, None), seed: int = 0) -> Dataset:
    return source("image_folder").read(Request("image_folder", root, size, sizes, seed))


def make_folder(root: Path) -> None:
    """Two classes in three formats, modes and sizes; the pixel value tells class and split."""
    for split, base in (("train", 10), ("test", 60)):
        for label, name in enumerate(("ant", "bee")):
            folder = root / split / name
            folder.mkdir(parents=True)
            value = base + 100 * label
            Image.new("RGB", (40, 50), (value, value, value)).save(folder / "0.png")
            Image.new("L", (32, 32), value).save(folder / "1.bmp")
            Image.new("RGBA", (20, 20), (value, value, value, 255)).save(folder / "2.webp", lossless=True)
            (folder / "notes.txt").write_text("not an image")


def test_image_folder_reads_any_format_and_size(tmp_path: Path) -> None:
    make_folder(tmp_path)
    data = image_folder(tmp_path, 32)
    assert data.classes == ("ant", "bee")
    assert data.train.labels.tolist() == [0, 0, 0, 1, 1, 1]
    assert data.train.pixels.shape == (6, 3, 32, 32)
    assert data.train.pixels[:, 0, 5, 5].tolist() == [10] * 3 + [110] * 3
    assert data.test.pixels[:, 2, 9, 9].tolist() == [60] * 3 + [160] * 3


def test_image_folder_decodes_only_the_subset(tmp_path: Path) -> None:
    make_folder(tmp_path)
    chosen = image_folder(tmp_path, 32, (4, 2), seed=1)
    assert torch.bincount(chosen.train.labels).tolist() == [2, 2]
    assert torch.bincount(chosen.test.labels).tolist() == [1, 1]


def test_a_change_behind_a_linked_class_folder_is_noticed(tmp_path: Path) -> None:
    make_folder(tmp_path / "seen")
    (tmp_path / "seen" / "train" / "ant").rename(tmp_path / "elsewhere")
    (tmp_path / "seen" / "train" / "ant").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "circle").symlink_to(tmp_path / "seen" / "train")
    request = Request("image_folder", tmp_path / "seen", 32)
    before = source("image_folder").contents(request)
    Image.new("RGB", (40, 50), (1, 2, 3)).save(tmp_path / "elsewhere" / "0.png")
    assert source("image_folder").read(request).train.pixels[0, :, 5, 5].tolist() == [1, 2, 3]
    after = source("image_folder").contents(request)
    assert before["files"] == after["files"] == 16
    assert before["sha256"] != after["sha256"]


RAMP = np.linspace(0, 1, 32)[None, :].repeat(32, 0)


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("a.png", (RAMP * 65535).round().astype(np.uint16)),
        ("a.tif", (RAMP * 65535).round().astype(np.uint16)),
        ("a.tif", RAMP.astype(np.float32)),
        ("a.png", (RAMP * 255).round().astype(np.uint8)),
    ],
)
def test_a_ramp_is_the_same_ramp_in_16_bits_and_in_floats(
    tmp_path: Path, name: str, array: NDArray[np.generic]
) -> None:
    assert decoded(tmp_path, Image.fromarray(array), name)[0].tolist() == np.round(RAMP * 255).tolist()


def test_what_is_transparent_lies_on_black(tmp_path: Path) -> None:
    image = Image.new("RGBA", (32, 32), (200, 100, 50, 0))
    image.paste((200, 100, 50, 255), (0, 0, 16, 32))
    pixels = decoded(tmp_path, image, "a.png")
    assert pixels[:, 0, 0].tolist() == [200, 100, 50]
    assert pixels[:, 0, 31].tolist() == [0, 0, 0]


def decoded(folder: Path, image: Image.Image, name: str) -> torch.Tensor:
    for split in ("train", "test"):
        (folder / split / "ant").mkdir(parents=True)
        image.save(folder / split / "ant" / name)
    return image_folder(folder, 32).train.pixels[0]


def plant_fifo(path: Path) -> None:
    os.mkfifo(path)


def plant_bomb(path: Path) -> None:
    Image.new("1", (20000, 10000)).save(path)


def plant_floats_of_unknown_range(path: Path) -> None:
    Image.fromarray((RAMP * 300).astype(np.float32)).save(path, format="TIFF")


def plant_integers_of_unknown_range(path: Path) -> None:
    Image.fromarray((RAMP * 300).astype(np.int32)).save(path, format="TIFF")


@pytest.mark.parametrize(
    ("plant", "message"),
    [
        (plant_fifo, "not a file"),
        (plant_bomb, "not a readable image .*decompression bomb"),
        (plant_floats_of_unknown_range, r"outside \[0, 1\]"),
        (plant_integers_of_unknown_range, "32 bits"),
        (lambda path: path.symlink_to("nowhere"), "a link to nothing"),
        (lambda path: path.mkdir(), "not a file"),
    ],
)
def test_what_no_image_can_be_made_of_is_named(tmp_path: Path, plant: Callable[[Path], None], message: str) -> None:
    make_folder(tmp_path)
    plant(tmp_path / "train" / "ant" / "odd.png")
    with pytest.raises(DatasetError, match=rf"odd\.png: .*{message}"):
        image_folder(tmp_path, 32)


@pytest.mark.parametrize("damage", ["none", "no_test", "other_classes", "empty_class", "no_classes", "broken"])
def test_folder_errors_name_the_place(tmp_path: Path, damage: str) -> None:
    make_folder(tmp_path)
    expected = {
        "none": None,
        "no_test": "test: no such folder",
        "other_classes": "different classes",
        "empty_class": "bee: no images",
        "no_classes": "train: no class folders",
        "broken": r"1\.bmp: not a readable image",
    }[damage]
    if damage == "no_test":
        (tmp_path / "test").rename(tmp_path / "tset")
    elif damage == "other_classes":
        (tmp_path / "test" / "bee").rename(tmp_path / "test" / "wasp")
    elif damage == "empty_class":
        for path in (tmp_path / "train" / "bee").iterdir():
            path.unlink()
    elif damage == "no_classes":
        for name in ("ant", "bee"):
            (tmp_path / "train" / name).rename(tmp_path / name)
    elif damage == "broken":
        (tmp_path / "test" / "ant" / "1.bmp").write_bytes(b"BM nonsense")
    if expected is None:
        image_folder(tmp_path, 32)
    else:
        with pytest.raises(DatasetError, match=expected):
            image_folder(tmp_path, 32)


def test_torchvision_archives_say_what_to_do_offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise RuntimeError("Error downloading it")

    monkeypatch.setattr("torchvision.datasets.cifar.download_and_extract_archive", refuse)
    with pytest.raises(DatasetError, match=r"dataset.source: cifar10 is not under .*Error downloading it"):
        source("cifar10").read(Request("cifar10", tmp_path, 32))


def test_fashion_mnist_is_read_from_its_own_files(tmp_path: Path) -> None:
    """Files in the archive's format, already in place, are not downloaded again."""
    from torchvision.datasets import FashionMNIST

    raw = tmp_path / "FashionMNIST" / "raw"
    raw.mkdir(parents=True)
    generator = np.random.default_rng(0)
    stored = {}
    for split, count in (("train", 12), ("t10k", 5)):
        stored[split] = generator.integers(0, 256, (count, 28, 28), dtype=np.uint8)
        labels = (np.arange(count) % 10).astype(np.uint8)
        header = b"\0\0\x08\x03" + b"".join(n.to_bytes(4, "big") for n in stored[split].shape)
        (raw / f"{split}-images-idx3-ubyte").write_bytes(header + stored[split].tobytes())
        (raw / f"{split}-labels-idx1-ubyte").write_bytes(b"\0\0\x08\x01" + count.to_bytes(4, "big") + labels.tobytes())
    data = source("fashion_mnist").read(Request("fashion_mnist", tmp_path, 28))
    assert torch.equal(data.train.pixels[:, 1], torch.from_numpy(stored["train"]))
    assert data.test.labels.tolist() == [0, 1, 2, 3, 4]
    assert data.classes == tuple(FashionMNIST.classes)


def test_the_sources_are_those_that_the_params_accept() -> None:
    from typing import get_args

    from mode_connectivity.params.data import Source

    assert set(MODULES) == set(get_args(Source))
    for name in MODULES:
        assert callable(source(name).read)
        assert callable(source(name).contents)


def test_a_name_that_is_no_utf_8_is_read_and_followed(tmp_path: Path) -> None:
    make_folder(tmp_path)
    odd = tmp_path / "train" / "ant" / os.fsdecode(b"\xff.png")
    Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(odd)
    before = fingerprint(tmp_path, [odd])
    assert len(image_folder(tmp_path, 32).train.labels) > 0
    odd.rename(odd.with_name(os.fsdecode(b"\xfe.png")))
    assert fingerprint(tmp_path, [odd.with_name(os.fsdecode(b"\xfe.png"))]) != before
