"""Fingerprints of what comes from outside: the data sources, and networks or weights of the user's own.

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
    asked, cue = params.dataset, params.cue
    write_json(layout.SOURCE, {"source": asked.source, **_contents(asked.source, asked.root, "dataset.root")})
    write_json(
        layout.IMPORTS,
        {
            "model": _model(params.model.name, "model"),
            "endpoints": _weights(params.endpoint.imported, params, "endpoint.imported"),
        },
    )
    second = _contents(cue.second, cue.second_root, "cue.second_root") if cue.kind == "dominoes" else None
    write_json(layout.CUE_SOURCE, {"model": _model(params.cue_model.name, "cue_model"), "second": second})
    write_json(layout.PRETRAINED, _weights(params.finetune.model, params, "finetune.model"))


def _model(name: str, section: str) -> str | None:
    place, colon, _ = name.partition(":")
    if not colon:
        return None
    try:
        found = find_spec(place)
    except ModuleNotFoundError:
        found = None
    if found is None or not found.origin:
        raise ValueError(f"{section}.name: cannot find the module {place!r}; put it under src or on PYTHONPATH")
    return hashlib.sha256(Path(found.origin).read_bytes()).hexdigest()


def _weights(template: str | None, params: Params, key: str) -> dict[str, str]:
    if template is None:
        return {}
    digests = {}
    for seed in params.seeds:
        path = resolved(template.format(seed=seed))
        if not path.is_file():
            raise ValueError(f"{key}: {path}: no such file")
        digests[str(seed)] = hashlib.sha256(path.read_bytes()).hexdigest()
    return digests


def _contents(source: str, root: str | None, key: str) -> dict[str, int | str]:
    match source:
        case "shapes":  # drawn by our own code
            return {}
        case "digits":
            (package,) = find_spec("sklearn").submodule_search_locations  # type: ignore[union-attr, misc]
            return fingerprint(Path(package), [Path(package) / "datasets/data/digits.csv.gz"])
        case "image_folder":
            folder = resolved(root or "")
            files = sorted(p for split in ("train", "test") for p in (folder / split).rglob("*") if p.is_file())
            if not files:
                raise ValueError(f"{key}: {folder} holds no files under train/ and test/")
            return fingerprint(folder, files)
        case _:  # torchvision verifies its archives' checksums each time they are read
            return {"torchvision": version("torchvision")}


if __name__ == "__main__":
    run(main)
