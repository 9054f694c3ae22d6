"""Collects the tables of the page: a caption, the names of the columns, and rows of cells."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from mode_connectivity.params import Params
from mode_connectivity.tracking.record import flat

Cell = str | float | int | None


@dataclass(frozen=True)
class Table:
    """Holds rows of text and numbers; None is a cell with nothing to say."""

    caption: str
    columns: list[str]
    rows: list[list[Cell]]


def paths_table(paths: list[dict[str, Any]]) -> Table:
    """Return one row a path: barriers of line and curve, and how far the two ends and the bend lie apart."""
    columns = [
        "other end",
        "seed",
        "swapped layer",
        "end loss",
        "line barrier (millinats)",
        "curve barrier (millinats)",
    ]
    rows = [_path_row(path) for path in paths]
    return Table("Every path; training loss in nats, barriers in thousandths", [*columns, "largest correction"], rows)


def _path_row(path: dict[str, Any]) -> list[Cell]:
    losses = {kind: path["losses"][kind]["train"]["loss"] for kind in ("line", "curve")}
    ends = losses["line"]
    barriers: list[Cell] = [1000 * _barrier(path["scored_ts"], each) for each in losses.values()]
    moved = [sum(value**2 for value in row) ** 0.5 for row in path.get("correction", [])]
    return [path["variant"], path["seed"], path["swapped"], max(ends[0], ends[-1]), *barriers, max(moved, default=None)]


def _barrier(ts: list[float], losses: list[float]) -> float:
    above = (loss - (1 - t) * losses[0] - t * losses[-1] for t, loss in zip(ts, losses, strict=True))
    return round(max(above), 9)  # zero at the ends, but for rounding


def recovery_table(recoveries: list[dict[str, Any]]) -> Table:
    """Return one row a depth and region: the share of the barrier that its training removes."""
    columns = ["depth", "region trained", "share of the weights", "recovery", "from", "to"]
    rows = [
        [each["depth"], each["region"], each["parameter_share"], each["value"], *_ends(each["interval"])]
        for each in recoveries
    ]
    return Table("Share of the straight line's barrier that training a region removes", columns, rows)


def _ends(interval: list[float | None] | None) -> list[Cell]:
    """Return what an interval's ends read; one that is None lies at infinity."""
    if interval is None:
        return [None, None]
    low, high = interval
    return ["-∞" if low is None else low, "∞" if high is None else high]


def contrasts_table(contrasts: list[dict[str, Any]]) -> Table:
    """Return one row a pair of depths and ratio: the later depth's minus the earlier's."""
    rows = [[each["pair"], each["of"], each["value"], *_ends(each["interval"])] for each in contrasts]
    caption = "Differences between depths, paired by seed; the level holds for all pairs of depths together"
    return Table(caption, ["depths", "of", "difference", "from", "to"], rows)


def baselines_table(baselines: list[dict[str, Any]]) -> Table:
    """Return one row a variant and seed: what the straight line shows without training."""
    columns = ["depth", "seed", "line barrier (millinats)", "after REPAIR", "worst single layer", "lowest cosine"]
    rows: list[list[Cell]] = [
        [
            each["variant"],
            each["seed"],
            1000 * each["line"]["gap"],
            1000 * each["repair"]["gap"] if each["repair"] else None,
            1000 * max(each["one"], default=0.0),
            min(each["lowest_cosine"]),
        ]
        for each in baselines
    ]
    return Table("The straight line without training; barriers in thousandths of a nat", columns, rows)


def convergence_table(convergence: list[dict[str, Any]]) -> Table:
    """Return one row a depth and region: the mean gap at each number of epochs."""
    columns = ["depth", "region trained", "times the epochs", "epochs", "gap, mean over seeds (millinats)"]
    rows: list[list[Cell]] = [
        [each["depth"], each["region"], each["effort"], each["epochs"], 1000 * sum(each["gap"]) / len(each["gap"])]
        for each in convergence
    ]
    return Table("Gap of a trained region to its control, by epochs", columns, rows)


def training_table(trainings: list[dict[str, Any]]) -> Table:
    """Return one row a training: its last loss and by how much it still fell."""
    columns = ["training", "of", "seed", "epochs", "last loss (nats)", "fell over the last tenth (%)"]
    rows: list[list[Cell]] = [
        [
            each["kind"],
            each["name"],
            each["seed"],
            len(each["loss"]),
            each["loss"][-1],
            None if each["fall"] is None else 100 * each["fall"],
        ]
        for each in trainings
    ]
    return Table("Every training; a loss that still falls has not converged", columns, rows)


def networks_table(mechanisms: dict[str, Any]) -> Table:
    """Return one row a network: mean accuracy over the seeds on each probe set."""
    rows: list[list[Cell]] = [[name, *(each["mean"] for each in sets)] for name, sets in mechanisms["networks"].items()]
    return Table("Accuracy on test images (%), mean over seeds", ["network", *mechanisms["probes"]], rows)


def barriers_table(mechanisms: dict[str, Any]) -> Table:
    """Return one row a path: its mean error barrier on each probe set, and that of each seed's highest."""
    rows: list[list[Cell]] = [
        [each["name"], *each["points"], each["highest"], each["free"], each["connected"]]
        for each in mechanisms["barriers"]
    ]
    columns = ["path", *mechanisms["probes"], "highest of them", "seeds with none", "connected"]
    return Table("Error barrier (points of test error), mean over seeds", columns, rows)


def params_tables(params: Params) -> list[Table]:
    """Return the params, a table a section."""
    sections: dict[str, list[list[Cell]]] = defaultdict(list)
    for key, value in flat(params.model_dump(mode="json")).items():
        section, _, rest = key.partition(".")
        sections[section if rest else "study"].append([rest or section, str(value)])
    return [Table(section, ["key", "value"], rows) for section, rows in sections.items()]
