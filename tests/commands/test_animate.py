"""An NPZ of distances becomes an animation and a heatmap, with the options that were asked for."""

from pathlib import Path

import imageio.v3 as imageio
import numpy as np
import pytest

from mode_connectivity.commands.main import main
from mode_connectivity.plots.style import RED

TS = np.linspace(0, 1, 5)
LAYERS = np.array(["conv.0", "conv.2", "fc.1"])
GROWING = np.stack([TS, 2 * TS, TS * (1 - TS)], axis=1)
RGB = [int(RED[k : k + 2], 16) for k in (1, 3, 5)]


def write(path: Path, **arrays: np.ndarray) -> Path:
    np.savez(path, allow_pickle=False, **({"ts": TS, "layers": LAYERS, "raw_l2": GROWING} | arrays))
    return path


def run(data: Path, output: Path, *options: str) -> None:
    main(["animate", "--data", str(data), "--output", str(output), *options])


def test_frames_rate_metric_and_heatmap(tmp_path: Path) -> None:
    data = write(tmp_path / "d.npz", swapped_layer=np.array("conv.2"), relative=GROWING[::-1])
    run(data, tmp_path / "a.gif", "--fps", "4", "--metric", "raw_l2", "--heatmap")
    frames = imageio.imread(tmp_path / "a.gif", index=None)[..., :3]
    red = (np.abs(frames.astype(int) - RGB).max(-1) < 32).sum((1, 2))
    assert len(frames) == 5
    assert (np.diff(red) > 0).all()
    assert imageio.immeta(tmp_path / "a.gif")["duration"] == 250
    assert (tmp_path / "a_heatmap.png").stat().st_size > 5000
    run(data, tmp_path / "b.gif", "--fps", "4", "--metric", "relative")
    assert not (tmp_path / "b_heatmap.png").exists()
    assert (tmp_path / "b.gif").read_bytes() != (tmp_path / "a.gif").read_bytes()
    run(data, tmp_path / "c.gif", "--fps", "4", "--metric", "raw_l2")
    assert (tmp_path / "c.gif").read_bytes() == (tmp_path / "a.gif").read_bytes()


def test_no_layer_is_marked_where_none_is_named(tmp_path: Path) -> None:
    run(write(tmp_path / "d.npz"), tmp_path / "a.gif", "--metric", "raw_l2")
    assert not (np.abs(imageio.imread(tmp_path / "a.gif", index=None)[..., :3].astype(int) - RGB).max(-1) < 8).any()


@pytest.mark.parametrize(
    ("arrays", "options", "message"),
    [
        ({}, ["--metric", "relative"], "d.npz: no array 'relative'; there are ts, layers, raw_l2"),
        ({"raw_l2": GROWING[:3]}, [], "raw_l2 must be finite, one row for each of 5 points"),
        ({"raw_l2": np.full((5, 3), np.inf)}, [], "raw_l2 must be finite"),
        ({"swapped_layer": np.array("conv.9")}, [], "swapped_layer 'conv.9' is not among the layers"),
        ({}, ["--fps", "0"], "--fps: at least one frame a second, got 0"),
    ],
)
def test_bad_input_is_one_line(tmp_path: Path, arrays: dict[str, np.ndarray], options: list[str], message: str) -> None:
    data = write(tmp_path / "d.npz", **arrays)
    with pytest.raises(SystemExit) as stopped:
        run(data, tmp_path / "a.gif", *(options if "--metric" in options else ["--metric", "raw_l2", *options]))
    assert str(stopped.value.code).startswith("error: ")
    assert message in str(stopped.value.code)
    assert [file.name for file in tmp_path.iterdir()] == ["d.npz"]


@pytest.mark.parametrize("content", [None, b"", b"not a zip", b"\x80\x04cos\nsystem\n."])
def test_a_file_that_is_no_npz_is_named(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "d.npz").write_bytes(content)
    with pytest.raises(SystemExit, match=r"^error: .*d\.npz: no"):
        run(tmp_path / "d.npz", tmp_path / "a.gif")
