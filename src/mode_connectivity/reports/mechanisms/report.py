"""Writes the report of the mechanisms study: who reads the cue, which paths join them, and what was expected."""

from pathlib import Path

from mode_connectivity.foundations import layout
from mode_connectivity.foundations.atomic import write_json
from mode_connectivity.params import Params
from mode_connectivity.plots.along_path import TITLES
from mode_connectivity.reports.blocks import Block, Cell, Items, Note, Picture, Section, Table
from mode_connectivity.reports.mechanisms.estimates import number, over_seeds, side, word
from mode_connectivity.reports.mechanisms.figures import draw_figures
from mode_connectivity.reports.mechanisms.findings import Findings
from mode_connectivity.reports.mechanisms.signs import (
    PROBES,
    Sign,
    fitted_paths_have_none_on_their_data,
    large_steps_meet_a_barrier,
    no_path_is_free_on_all_sets,
    small_steps_keep_the_cue,
    straight_lines_have_barriers,
)
from mode_connectivity.reports.mechanisms.targets import targets_of
from mode_connectivity.reports.records import Records
from mode_connectivity.reports.rendering import markdown
from mode_connectivity.reports.trainings import trainings_of, trainings_table
from mode_connectivity.statistics import FEWEST

TITLE = "Mechanisms: who reads the cue?"
NOTHING = "No network was trained with cues: `cue_endpoint.seeds` is empty."
OFF = (
    "The mechanisms study makes no path here. `mechanism.patterns=[lmc, lmcp, qmc_cue, qmc_clean]` and "
    "`finetune.methods` turn it on."
)
OWN = ("cue study", "fine-tuning")  # trainings of this study
SEEDS = "One line a seed, dashed of later ones, on test images."
SETS = [TITLES[probe] for probe in PROBES]


def write_report(folder: Path, params: Params, records: Records, *, whole: bool) -> None:
    """Write report, metrics and figures into a folder; with `whole`, empty figures too."""
    findings = Findings.of(params, records)
    draw_figures(folder, findings, params.mechanism_report.margin, blank=whole)
    sections = sections_of(params, records)
    (folder / layout.REPORT).write_text(markdown(TITLE, opening(params), sections))
    write_json(folder / layout.METRICS, findings.metrics())


def opening(params: Params) -> str:
    """Return what was studied, in a sentence or two."""
    seeds = params.cue_endpoint.seeds
    if not seeds:
        return NOTHING
    return (
        f"A network is trained on images of which {100 * params.cue.proportion:.0f} % carry a cue ({params.cue.kind}) "
        "that tells the class, its *clean twin* on the same images without it. "
        f"{params.cue_model.name} at width {params.cue_model.width:g} on {params.dataset.source}, "
        f"{params.compute.precision}; {len(seeds)} seed{'s' if len(seeds) > 1 else ''} ({', '.join(map(str, seeds))})."
    )


def sections_of(params: Params, records: Records) -> list[Section]:
    """Return all sections of the report."""
    if not params.cue_endpoint.seeds:
        return []
    findings, margin = Findings.of(params, records), params.mechanism_report.margin
    trainings = [each for each in trainings_of(records) if each["kind"] in OWN]
    return [
        Section("mechanism", "Mechanisms", "Who reads the cue", _networks(params, findings)),
        Section("connected", "Connected", "Which of them are connected", _connected(params, findings, margin)),
        Section("expected", "Expected", "Expected and found", _expected(params, findings, margin)),
        Section("trained", "Trainings", "Had the networks converged?", trainings_table(trainings, "cue-trainings")),
        Section("not-shown", "Limits", "What this does not show", [Items(_limits(params))]),
    ]


def _networks(params: Params, findings: Findings) -> list[Block]:
    seeds = len(findings.seeds)
    brackets = (
        "In brackets the 95 % interval of the exact sign-flip test over the seeds."
        if seeds >= FEWEST
        else "In brackets the seeds, too few for an interval."
    )
    accuracy = findings.networks.accuracy
    rows: list[list[Cell]] = [
        [name, *(number(over_seeds(sets[probe])) for probe in PROBES)] for name, sets in accuracy.items()
    ]
    blocks: list[Block] = [
        "On test images: *no cue*; *cue*, every image with its own; *rand. cue*, with that of a class drawn at random; "
        "*rand. image*, another image under the cue of the label. Who reads the cue is right on rand. image and at "
        f"chance ({100 * findings.chance:.0f} %) on rand. cue. {brackets if seeds > 1 else ''}",
        Table("Accuracy on test images (%), mean over seeds", ["network", *SETS], rows),
    ]
    if not findings.tuned:
        return blocks
    clean, cue = findings.images.get("clean"), findings.images.get("cue")
    more = f", cbft on {cue} pretraining images with their cues as well" if cue else ""
    return [
        *blocks,
        f"Fine-tuned on {clean} clean images that no pretraining saw{more}. *llrt* draws and trains the last layer "
        "anew, *lpft* all layers after that, *cbft* raises a barrier to the pretrained network, *scratch* starts from "
        "an initialisation. Batch norm keeps the statistics that training left.",
        Picture("Accuracy while each method trains", "By the share of its training that is done.", layout.WHILE_TUNED),
    ]


def _connected(params: Params, findings: Findings, margin: float) -> list[Block]:
    if not (findings.paths or findings.tuned):
        return [Note(OFF)]
    rows: list[list[Cell]] = []
    for name, seeds in findings.error_barriers().items():
        highest = over_seeds([max(barriers.values()) for barriers in seeds])
        means = [number(over_seeds([barriers[probe] for barriers in seeds])) for probe in PROBES]
        free = f"{sum(float(value) <= margin for value in highest.a)} of {len(seeds)}"
        connected = word([(side(highest, margin), "below")], ("yes", "no"))
        rows.append([findings.title(name), *means, number(highest), free, connected])
    start = "cue-trained" if params.finetune.model is None else "pretrained"
    cue = params.mechanism.recalibrate_on == "cue"
    images = "some of the cue-trained network's training images" if cue else "some training images without a cue"
    drawn = [Picture("From the cue-trained network to its clean twin", SEEDS, layout.BETWEEN_TWINS, "mechanisms")]
    if findings.tuned:
        drawn.append(Picture("Straight lines from before to after fine-tuning", SEEDS, layout.FROM_PRETRAINED))
    return [
        f"On a probe set a path has a barrier where its error lies more than {100 * margin:.3g} points above the line "
        "between the errors of its ends: an error that rises early and then stays is one as well. Two networks share a "
        "mechanism along a path that has none on any set (by the definition of Lubana et al. 2023). *Highest* is the "
        f"mean of each seed's highest of the four; it decides, from {FEWEST} seeds on.",
        Table(
            "Error barrier (points of test error), mean over seeds",
            [f"path from the {start} network", *SETS, "highest", "seeds with none", "connected"],
            rows,
        ),
        Picture("Barriers of every path", "A point is a seed.", layout.BARRIERS),
        *drawn,
        f"Statistics of batch norm were recomputed at every point of every path, the ends included, on {images}.",
    ]


def signs_of(findings: Findings, margin: float, large_rate: float) -> list[Sign]:
    """Return the five signs, each with the means that decide it; `large_rate` is the learning rate of naive_large."""
    paths, networks = findings.sets, findings.networks
    naive = findings.barriers_back("naive")
    gaps = networks.gaps("naive") if naive else []
    return [
        straight_lines_have_barriers(paths, margin),
        fitted_paths_have_none_on_their_data(paths, margin),
        no_path_is_free_on_all_sets(paths, margin),
        small_steps_keep_the_cue(naive, gaps, networks.gaps("clean twin") if gaps else [], margin),
        large_steps_meet_a_barrier(findings.barriers_back("naive_large"), large_rate, margin),
    ]


def _expected(params: Params, findings: Findings, margin: float) -> list[Block]:
    signs = signs_of(findings, margin, params.finetune.recipe("naive_large").learning_rate)
    seeds = len(findings.seeds)
    targets = targets_of(findings.networks, findings.chance, params.finetune.cbft.level)
    test = (
        "*Connected*, *holds* and *reached* mean that every interval lies on the expected side of the margin or limit, "
        "*no* and *not* that one lies on the other side, *open* neither. The test of a mean assumes symmetry; there is "
        "no correction for the number of rows."
        if seeds >= FEWEST
        else f"With {seeds} seed{'s' if seeds > 1 else ''} each number stands for itself; no interval or test is given "
        "below six."
    )
    columns = ["expected (Lubana et al. 2023)", "found: means over the seeds, in points", "word"]
    blocks: list[Block] = [Table("Signs", columns, [[each.expected, each.found, each.word] for each in signs])]
    if targets:
        rows: list[list[Cell]] = [[f"{each.name}, {each.unit}", each.found, each.wanted, each.word] for each in targets]
        blocks.append(Table("Does cbft leave the cue?", ["of cbft", "found", "wanted", "word"], rows))
    return [*blocks, test]


def _limits(params: Params) -> list[str]:
    network = f"{params.cue_model.name} at width {params.cue_model.width:g}"
    return [
        f"One data set ({params.dataset.source}), one network ({network}), one cue ({params.cue.kind}): others may "
        "answer otherwise.",
        "Seeds differ in the networks, in which images carry the cue or are held out, and in the draws of the probe "
        "sets. They share the images with their noise, training and test alike, so how the results vary between data "
        "sets is not in the intervals.",
    ]
