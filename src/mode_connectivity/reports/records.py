"""Collects the records of a study into one structure, writes it as one file, and reads it.

Reports, verdict and page work from this structure alone. It maps a kind of record to a list; a record holds its place
in the study (`variant`, `seed`, ...) beside what its stage wrote, and under `arrays` the arrays that are shown.
"""

import gzip
import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from mode_connectivity.foundations import checkpoints, layout
from mode_connectivity.foundations.atomic import whole_file
from mode_connectivity.foundations.reading import FileError, Values, parse_json, read_arrays, read_json
from mode_connectivity.params import Params

PLAIN = 200_000  # bytes; a larger file is compressed
DIGITS = 10  # significant ones of an array, so that no BLAS shows
SHOWN = ("ts", "scored_ts", "raw_l2", "correction")  # arrays that are shown, beside losses and accuracies
Place = dict[str, str | int]


@dataclass(frozen=True)
class Records:
    """Holds kind -> records; those of one kind have the keys of their place in common."""

    kinds: Mapping[str, Sequence[Mapping[str, Any]]]

    def all(self, kind: str, **place: str | int) -> list[Mapping[str, Any]]:
        """Return the records of a kind at this place, in the order of the study."""
        return [each for each in self.kinds.get(kind, ()) if all(each.get(key) == at for key, at in place.items())]

    def get(self, kind: str, **place: str | int) -> Mapping[str, Any] | None:
        """Return the record of a kind at this place, or None."""
        return next(iter(self.all(kind, **place)), None)

    def need(self, kind: str, **place: str | int) -> Mapping[str, Any]:
        """Return `get`.

        Raises:
            FileError: there is none; the message names its place.
        """
        found = self.get(kind, **place)
        if found is None:
            raise FileError(f"no record of {kind} at {', '.join(f'{key} {at}' for key, at in place.items())}")
        return found

    def plus(self, kind: str, records: Sequence[Mapping[str, Any]]) -> Self:
        """Return the records with these of one kind more."""
        return type(self)({**self.kinds, kind: records})

    @property
    def titles(self) -> dict[str, str]:
        """Return layer -> title."""
        return {each["layer"]: each["title"] for each in self.kinds.get("layers", ())}


def arrays_of(record: Mapping[str, Any]) -> dict[str, NDArray[np.float64]]:
    """Return the arrays of a record, float64."""
    return {name: np.array(values, dtype=np.float64) for name, values in record["arrays"].items()}


def collected(params: Params) -> Records:
    """Return what the stages left of a study in the current folder; what is missing is left out."""
    kinds: dict[str, list[Mapping[str, Any]]] = {}
    for kind, place, file, arrays in (*_of_swaps(params), *_of_mechanisms(params)):
        if not file.is_file():
            continue
        values = Values({**read_json(file), **place}, file)
        if arrays is not None and arrays.is_file():
            values["arrays"] = _shown(read_arrays(arrays))
        kinds.setdefault(kind, []).append(values)
    corrections = layout.NEURON_SWAP / layout.CORRECTIONS
    if corrections.is_file():
        kinds["corrections"] = read_json(corrections)["corrections"]
    if layout.CUES.is_file():
        kinds["cues"] = [{"classes": len(checkpoints.metadata(layout.CUES)["draws"]["classes"])}]
    for analysis in kinds.get("analysis", ())[:1]:
        kinds["layers"] = [{"layer": each["layer"], "title": each["title"]} for each in analysis["layers"]]
    return Records(kinds)


def _of_swaps(params: Params) -> Iterator[tuple[str, Place, Path, Path | None]]:
    """Yield kind, place and file of every record of the neuron-swap study, with the file of its arrays."""
    for seed in params.seeds:
        yield "endpoints", {"seed": seed}, layout.history(layout.endpoint(seed)), None
    for variant, seed in params.paths:
        place: Place = {"variant": variant, "seed": seed}
        folder = layout.analysis(variant, seed)
        yield "swaps", place, layout.metadata(layout.swapped(variant, seed)), None
        yield "curves", place, layout.history(layout.curve(variant, seed)), None
        yield "analysis", place, folder / layout.SUMMARY, folder / layout.DISTANCES
        yield "baselines", place, layout.baselines(variant, seed), None
    for variant, seed in itertools.product(params.restricted.variants, params.seeds):
        for kind, effort in params.regions:
            place = {"variant": variant, "seed": seed, "restrict": kind, "effort": effort}
            yield "restricted", place, layout.restricted(variant, seed, kind, effort), None


def _of_mechanisms(params: Params) -> Iterator[tuple[str, Place, Path, Path | None]]:
    for seed in params.cue_endpoint.seeds:
        for kind in ("cue", "clean"):
            place: Place = {"trained_on": kind, "seed": seed}
            yield "cue_endpoints", place, layout.history(layout.cue_endpoint(kind, seed)), None
        for pattern in params.mechanism.patterns:
            folder, place = layout.mechanism(pattern, seed), {"pattern": pattern, "seed": seed}
            yield "mechanism", place, folder / layout.PROBED_SUMMARY, folder / layout.PROBED
        for method in params.finetune.methods:
            place = {"method": method, "seed": seed}
            yield "finetuned", place, layout.history(layout.finetuned(method, seed)), None


def _shown(arrays: Mapping[str, NDArray[Any]]) -> dict[str, Any]:
    kept = [name for name in arrays if name in SHOWN or name.endswith(("_loss", "_accuracy"))]
    return {name: _rounded(arrays[name].astype(np.float64)).tolist() for name in kept}


def _rounded(values: NDArray[np.float64]) -> NDArray[np.float64]:
    flat = [float(f"{value:.{DIGITS}g}") for value in values.ravel()]
    return np.array(flat, dtype=np.float64).reshape(values.shape)


def write_records(folder: Path, records: Records) -> Path:
    """Write `records.json`, one record a line, or `records.json.gz` where it is large; return the path."""
    lists = (f"{json.dumps(kind)}:[\n{_lines(each)}\n]" for kind, each in records.kinds.items())
    text = ("{\n" + ",\n".join(lists) + "\n}\n").encode()
    large = len(text) > PLAIN
    plain, compressed = folder / layout.RECORDS, folder / f"{layout.RECORDS}.gz"
    file, other = (compressed, plain) if large else (plain, compressed)
    with whole_file(file) as partial:
        partial.write_bytes(gzip.compress(text, mtime=0) if large else text)
    other.unlink(missing_ok=True)
    return file


def _lines(records: Sequence[Mapping[str, Any]]) -> str:
    return ",\n".join(json.dumps(each, separators=(",", ":"), allow_nan=False) for each in records)


def read_records(folder: Path) -> Records | None:
    """Return the records in the file of a folder; None where there is none."""
    file = folder / layout.RECORDS
    if file.is_file():
        return Records(read_json(file))
    compressed = file.with_name(f"{file.name}.gz")
    return Records(parse_json(compressed, gzip.decompress(compressed.read_bytes()))) if compressed.is_file() else None


def records_of(params: Params) -> Records:
    """Return the records of the current folder: those of its file, or else what the stages left there."""
    return read_records(Path()) or collected(params)
