"""Writes the sections on the answer of each depth: what mends the barrier, by which region, and what it rests on."""

from collections.abc import Mapping
from typing import Any

from mode_connectivity.foundations import layout
from mode_connectivity.reports.blocks import Block, Cell, Items, Note, Number, Picture, Section, Table
from mode_connectivity.reports.neuron_swap.answers import listed, recoveries_of
from mode_connectivity.statistics.verdicts import PRIMARY
from mode_connectivity.statistics.words import NOT_TRIED

Record = Mapping[str, Any]
MILLI = 1000  # nats are shown in thousandths
INDICES = {"locality": "locality index", "necessity": "necessity"}
REGIONS_OFF = "No region was trained by itself. `restricted.variants=[mid]` turns that on."
TERMS = (
    "A unit's *slices* are its own weights and those that read them; the *placebo* is as many other weights. "
    "*Recovery* is the share of the straight line's barrier that training a region removes, against a control trained "
    "in the same region. Ratios are of sums over the seeds; intervals stand in square brackets and hold together."
)


def answer_section(verdict: Record, shown: set[str]) -> Section:
    """Return the section of the answers: a sentence a depth, then their figures."""
    blocks: list[Block] = [TERMS]
    if verdict["depths"]:
        blocks += [Items(sentences(verdict)), _depths_table(verdict)]
    else:
        blocks.append(Note("There is no answer yet: no variant has baselines. `variants=[control, early, mid, late]`."))
    blocks += pictures(
        shown,
        Picture("Share of the barrier that each region mends", MENDED, layout.RECOVERY),
        Picture(
            "Barrier by number of swapped pairs", "Points are seeds, as they are and after REPAIR.", layout.BY_PAIRS
        ),
    )
    return Section("answer", "Answer", "The answer per depth", blocks)


MENDED = (
    "How much of the barrier training a region removes: 1 is all, 0 nothing. Large points are all seeds together with "
    "their interval, small ones single seeds, at the edge where they lie beyond it."
)


def pictures(shown: set[str], *each: Picture) -> list[Block]:
    """Return the pictures that have something to show."""
    return [picture for picture in each if picture.file in shown]


def sentences(verdict: Record) -> list[str]:
    """Return the answer of each depth as a sentence; depths of which no region was trained are named in one."""
    told = [
        f"**{_named(verdict, depth)}**: {each['verdict']['word']}. {each['verdict']['sentence']}"
        for depth, each in verdict["depths"].items()
        if each["verdict"]
    ]
    untried = [depth for depth, each in verdict["depths"].items() if not each["verdict"]]
    without = f"{NOT_TRIED.capitalize()}, as no region was trained there: {', '.join(untried)}."
    return told + ([without] if untried else [])


def words(verdict: Record) -> list[tuple[str, str]]:
    """Return (depth, word) in the order of the study."""
    return [
        (depth, each["verdict"]["word"] if each["verdict"] else NOT_TRIED) for depth, each in verdict["depths"].items()
    ]


def _named(verdict: Record, depth: str) -> str:
    variant = verdict["variants"][depth]
    layer = layer_title(verdict, variant["swapped_layer"])
    pairs = f", {variant['pairs']} pair{'s' if variant['pairs'] > 1 else ''}" if variant["pairs"] else ""
    return f"{depth} ({layer}{pairs})" if layer else depth


def layer_title(verdict: Record, layer: str | None) -> str | None:
    """Return the title of a layer, or its name where it has none."""
    return None if layer is None else verdict["titles"].get(layer, layer)


def _ratio(each: Record | None) -> Cell:
    return None if not each else Number(each["value"], each["interval"])


def _depths_table(verdict: Record) -> Table:
    rows: list[list[Cell]] = []
    for depth, each in verdict["depths"].items():
        variant, baselines = verdict["variants"][depth], each["baselines"]
        gaps = each["line"][PRIMARY]
        measures = each["verdict"]["measures"][PRIMARY] if each["verdict"] else {}
        rows.append(
            [
                depth,
                layer_title(verdict, variant["swapped_layer"]) or "all",
                variant["pairs"] or None,
                MILLI * sum(gaps) / len(gaps),
                _millinats(measures.get("barrier")),
                _ratio(baselines["repair"]),
                _ratio(baselines["affine"]),
                each["verdict"]["word"] if each["verdict"] else NOT_TRIED,
            ]
        )
    columns = ["swapped in", "layer", "pairs", "barrier (millinats)", "above the noise floor"]
    columns += ["REPAIR explains", "a scale and shift a unit", "answer"]
    note = (
        "A gap is the highest difference of the loss on a path and on its control, on the training set; the straight "
        "line's is the barrier. REPAIR rescales activations and trains nothing; one scale and one shift a unit is the "
        f"cheapest training. Said beforehand: a difference below {100 * verdict['params']['margin']:g} % of the "
        f"barrier does not count; a region has converged where twice the epochs move it by less than "
        f"{100 * verdict['params']['settled']:g} %. `docs/verdict.md` says what each word means."
    )
    return Table("What mends the barrier of each swap", columns, rows, note)


def _millinats(each: Record | None) -> Cell:
    if not each or each["value"] is None:
        return None
    interval = [None if end is None else MILLI * end for end in each["interval"]] if each["interval"] else None
    return Number(MILLI * each["value"], interval)


def regions_section(verdict: Record, baselines: list[Record], shown: set[str]) -> Section:
    """Return the section of what training each region removes, and of what the straight line shows without training."""
    depths = {depth: each for depth, each in verdict["depths"].items() if recoveries_of(each)}
    tables = [_recoveries_table(depths), _indices_table(depths), _contrasts_table(verdict["contrasts"])]
    blocks: list[Block] = [table for table in tables if table.rows] if depths else [Note(REGIONS_OFF)]
    blocks += pictures(
        shown,
        Picture(
            "Recovery by the share of the weights", "A point is a region; a line joins those of a kind.", layout.DOSE
        ),
    )
    if baselines:
        blocks += [_baselines_table(baselines), _walks_table(verdict)]
    else:
        blocks.append(Note("The straight line has no baselines. `variants=[control, early, mid, late]` turns them on."))
    return Section("regions", "Regions", "Which weights the low loss needs", blocks)


def _recoveries_table(depths: Mapping[str, Record]) -> Table:
    rows: list[list[Cell]] = []
    for depth, each in depths.items():
        measures = each["verdict"]["measures"][PRIMARY]
        for region, found in recoveries_of(each).items():
            moved = measures["moved"].get(region)
            share = parameter_share(each["gaps"], region)
            excess = _ratio(measures["excess"].get(region))
            rows.append([depth, region, share, _ratio(found), excess, None if moved is None else 100 * moved])
    columns = ["depth", "region trained", "share of the weights", "recovery", "beyond everything"]
    note = (
        "*Beyond everything* is what the region leaves of the barrier more than training everything leaves. Where the "
        "last column is empty, twice the epochs were not tried."
    )
    title = "Share of the straight line's barrier that training a region removes"
    return Table(title, [*columns, "twice the epochs move it by (%)"], rows, note)


def parameter_share(gaps: Record, region: str) -> float | None:
    """Return the share of the weights that a region frees; "placebo", the mean of its kinds, frees as many as each."""
    return next((gaps[name]["parameter_share"] for name in (region, *gaps) if name in gaps and region in name), None)


def _indices_table(depths: Mapping[str, Record]) -> Table:
    rows: list[list[Cell]] = []
    for depth, each in depths.items():
        for key, name in INDICES.items():
            index = each["verdict"]["measures"][PRIMARY][key]
            if index:
                known = [value for value in index["without"] if value is not None]
                median = f"{index['median'][0]:.2g} to {index['median'][1]:.2g}" if _finite(index["median"]) else None
                without = f"{min(known):.2g} to {max(known):.2g}" if known else None
                largest = 100 * max(index["shares"][1]) if index["shares"][1] else None
                rows.append([depth, name, _ratio(index), median, without, largest])
    columns = ["depth", "index", "value", "median (sign test)", "leaving one seed out", "largest share of one seed (%)"]
    note = (
        "The locality index is 1 where the slices do what everything does, 0 where they are no better than the "
        "placebo. The necessity is 1 where everything outside the slices mends nothing, 0 where it does what "
        "everything does."
    )
    return Table("Locality and necessity", columns, rows, note)


def _finite(interval: list[float | None] | None) -> bool:
    return interval is not None and None not in interval


def _contrasts_table(contrasts: Record) -> Table:
    rows: list[list[Cell]] = [
        [pair, INDICES.get(name, f"recovery, {name}".replace("_", " ")), Number(each["value"], each["interval"])]
        for pair, ratios in contrasts.items()
        for name, each in sorted(ratios.items(), key=lambda item: item[0] != "locality")
        if name in listed(ratios)
    ]
    note = "Differences are paired by seed; for each ratio by itself the level holds for all pairs of depths together."
    return Table("Differences between depths", ["depths", "of", "difference"], rows, note)


def _baselines_table(baselines: list[Record]) -> Table:
    columns = ["depth", "seed", "line barrier (millinats)", "after REPAIR", "worst single layer", "lowest cosine"]
    rows: list[list[Cell]] = [
        [
            each["variant"],
            each["seed"],
            MILLI * each["line"]["gap"],
            MILLI * each["repair"]["gap"] if "repair" in each else None,
            MILLI * max(each["layerwise"]["one"], default=0.0),
            min(min(at_t) for at_t in each["linearity"]["cosine"]),
        ]
        for each in baselines
    ]
    refused = next((each["not_repaired"] for each in baselines if "not_repaired" in each), None)
    note = f"REPAIR refuses this network: {refused}" if refused else ""
    return Table("The straight line without training, by seed", columns, rows, note)


def _walks_table(verdict: Record) -> Table:
    rows: list[list[Cell]] = []
    for depth, each in verdict["depths"].items():
        base = each["baselines"]
        whole: list[Cell] = [min(base["lowest_cosine"]), 100 * max(base["disagreement"])]
        for k, layer in enumerate(base["layers"]):
            barriers: list[Cell] = [MILLI * base["one"][k], MILLI * base["cumulative"][k]]
            rows.append([depth, layer_title(verdict, layer), *barriers, *(whole if k == 0 else (None, None))])
    columns = ["swapped in", "layer walked", "barrier of it alone (millinats)", "of all layers up to it"]
    note = (
        "Only layers that differ between the ends are walked; a barrier is a mean over the seeds. *Lowest cosine* is "
        "between the features at t and the same mixture of the ends' features, over layers, t and seeds: 1 where "
        "features are linear along the line. Predictions are compared with the endpoint's, at the worst t and seed."
    )
    columns += ["features: lowest cosine", "predictions that change (%)"]
    return Table("The straight line, layer by layer", columns, rows, note)
