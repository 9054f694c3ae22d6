"""Fingerprints of what comes from outside: the data source, and a network or weights of the user's own.

DVC can follow them where it cannot follow the files themselves.
"""

import hashlib
from collections.abc import Iterable
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from mode_connectivity import layout
from mode_connectivity.atomic import write_json
from mode_connectivity.params import Params
from mode_connectivity.stages.running import resolved, run


def fingerprint(root: Path, files: Iterable[Path]) -> dict[str, int | str]:
    """Number of files, bytes, and SHA-256 over each file's path below `root`, its length and its content.

    It changes when the data change and not when they move.
    """
    digest = hashlib.sha256()
    count = size = 0
    for path in files:
        content = path.read_bytes()
        digest.update(f"{path.relative_to(root).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
        count += 1
        size += len(content)
    return {"files": count, "bytes": size, "sha256": digest.hexdigest()}


def main(params: Params) -> None:
    write_json(layout.SOURCE, {"source": params.dataset.source, **_contents(params)})
    write_json(layout.IMPORTS, {"model": _model(params), "endpoints": _endpoints(params)})


def _model(params: Params) -> str | None:
    place, colon, _ = params.model.name.partition(":")
    if not colon:
        return None
    try:
        found = find_spec(place)
    except ModuleNotFoundError:
        found = None
    if found is None or not found.origin:
        raise ValueError(f"model.name: cannot find the module {place!r}; put it under src or on PYTHONPATH")
    return hashlib.sha256(Path(found.origin).read_bytes()).hexdigest()


def _endpoints(params: Params) -> dict[str, str]:
    template = params.endpoint.imported
    if template is None:
        return {}
    digests = {}
    for seed in params.seeds:
        path = resolved(template.format(seed=seed))
        if not path.is_file():
            raise ValueError(f"endpoint.imported: {path}: no such file")
        digests[str(seed)] = hashlib.sha256(path.read_bytes()).hexdigest()
    return digests


def _contents(params: Params) -> dict[str, int | str]:
    match params.dataset.source:
        case "digits":
            (package,) = find_spec("sklearn").submodule_search_locations  # type: ignore[union-attr, misc]
            return fingerprint(Path(package), [Path(package) / "datasets/data/digits.csv.gz"])
        case "image_folder":
            root = resolved(params.dataset.root or "")
            files = sorted(p for split in ("train", "test") for p in (root / split).rglob("*") if p.is_file())
            if not files:
                raise ValueError(f"dataset.root: {root} holds no files under train/ and test/")
            return fingerprint(root, files)
        case _:  # torchvision verifies its archives' checksums each time they are read
            return {"torchvision": version("torchvision")}


if __name__ == "__main__":
    run(main)
