"""Puts pictures into the page itself, so that it needs no file beside it."""

import base64
import io
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from mode_connectivity.foundations import layout
from mode_connectivity.plots.along_path import TITLES

LONG = 3.5  # times as wide as high
QUALITY = 70  # of a contact sheet, whose images hold noise that compresses badly


@dataclass(frozen=True)
class Still:
    """Holds a picture as an address; one that is `long` has panels that nobody reads at the width of the page."""

    address: str
    long: bool


def still(file: Path) -> Still:
    """Return a PNG as an address that holds it."""
    with Image.open(file) as picture:
        width, height = picture.size
    return Still(_address("image/png", file.read_bytes()), width > LONG * height)


def contact_sheets() -> dict[str, str]:
    """Return title -> picture of the four probe sets of the mechanisms study, as far as they were drawn."""
    files = {title: layout.CONTACT_SHEETS / f"{name}.png" for name, title in TITLES.items()}
    return {title: _compressed(file) for title, file in files.items() if file.is_file()}


def _compressed(file: Path) -> str:
    with Image.open(file) as picture:
        buffer = io.BytesIO()
        picture.convert("RGB").save(buffer, format="WEBP", quality=QUALITY)
    return _address("image/webp", buffer.getvalue())


def _address(kind: str, contents: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(contents).decode()}"
