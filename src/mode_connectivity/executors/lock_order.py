"""Puts the entries of dvc.lock into the order in which a sequential run would have written them."""

from collections.abc import Sequence
from pathlib import Path

from mode_connectivity.foundations.atomic import whole_file

LOCK = Path("dvc.lock")


def entries_of(lock: Path = LOCK) -> list[str]:
    """Return the stages that have an entry, in the order of the file."""
    return list(_read(lock)["stages"]) if lock.exists() else []


def order_entries(before: Sequence[str], graph: Sequence[str], lock: Path = LOCK) -> None:
    """Leave the entries that were there `before` in their order, and put new ones after them in that of the graph.

    DVC appends a new entry when its stage ends, and stages that run side by side end in any order.
    """
    if not lock.exists():
        return
    values = _read(lock)
    names = list(values["stages"])
    known = [name for name in before if name in names]
    new = [name for name in graph if name in names and name not in known]
    rest = [name for name in names if name not in known and name not in new]
    order = [*known, *new, *rest]
    if order == names:
        return
    values["stages"] = {name: values["stages"][name] for name in order}
    from dvc.utils.serialize import dump_yaml

    with whole_file(lock) as partial:
        dump_yaml(str(partial), values)


def _read(lock: Path) -> dict[str, dict[str, object]]:
    from dvc.utils.serialize import load_yaml

    values: dict[str, dict[str, object]] = load_yaml(str(lock))
    return values
