"""Builds the page from the records of a study: the sections of its reports, with figures that a script draws."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from mode_connectivity.foundations import layout
from mode_connectivity.params import Params
from mode_connectivity.reports.blocks import Picture, Section, Table
from mode_connectivity.reports.mechanisms import report as of_mechanisms
from mode_connectivity.reports.neuron_swap import report as of_swaps
from mode_connectivity.reports.neuron_swap.answer_sections import words
from mode_connectivity.reports.neuron_swap.verdict import verdict_record
from mode_connectivity.reports.page.data import page_data
from mode_connectivity.reports.page.pictures import contact_sheets, still
from mode_connectivity.reports.records import Records
from mode_connectivity.reports.rendering import html
from mode_connectivity.statistics.words import NOT_TRIED
from mode_connectivity.tracking.record import flat

HERE = Path(__file__).parent
SCRIPTS = ("figure", "shown", "movement", "losses", "training", "mechanisms", "tables", "start")
PACKAGES = ("mode_connectivity", "torch", "torchvision", "numpy", "scikit-learn")
PICTURES = (layout.NEURON_SWAP, layout.MECHANISMS)  # folders of the stages
MANY = 4  # depths that were not tried, from which on they are counted


def page_text(params: Params, records: Records, pictures: Sequence[Path]) -> str:
    """Return the page: everything that it needs is in it, and the same records give the same bytes.

    `pictures` are the folders in which the pictures of the figures are looked for. What has no records is left out.

    Raises:
        ValueError: there is nothing to show.
    """
    swaps, mechanisms = has_swaps(records), has_mechanisms(records)
    if not (swaps or mechanisms):
        raise ValueError("no record of a swap and none of a network that was trained with cues")
    verdict = verdict_record(params, records) if swaps else None
    data = page_data(params, records, verdict, mechanisms=mechanisms)
    sections = of_swaps.sections_of(params, records, verdict) if verdict else []
    sections += of_mechanisms.sections_of(params, records) if mechanisms else []
    openings = [of_swaps.opening(params, verdict)] if verdict else []
    openings += [of_mechanisms.opening(params)] if mechanisms else []
    return html(
        HERE / "page.html.j2",
        title=of_swaps.TITLE if verdict else of_mechanisms.TITLE,
        openings=openings,
        lead=_lead(verdict) if verdict else [],
        sections=sections,
        params=params,
        data=data,
        payload=json.dumps(data, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c"),
        params_tables=_params_tables(params),
        stills=_stills(sections, pictures),
        sheets=contact_sheets() if mechanisms else {},
        versions={name: version(name) for name in PACKAGES},
        style=(HERE / "page.css").read_text(),
        plotting=(HERE / "vendor" / "plotly-basic.min.js").read_text(),
        script="\n".join((HERE / "scripts" / f"{name}.js").read_text() for name in SCRIPTS),
    )


def has_swaps(records: Records) -> bool:
    """Return whether there is anything of a neuron-swap study."""
    return bool(records.all("baselines") or records.all("analysis"))


def has_mechanisms(records: Records) -> bool:
    """Return whether there is anything of a mechanisms study."""
    return bool(records.all("cue_endpoints") and records.all("cues"))


def _lead(verdict: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return (depth, word) of the answers; many that were not tried are counted instead."""
    each = words(verdict)
    untried = [depth for depth, word in each if word == NOT_TRIED]
    if len(untried) <= MANY:
        return each
    return [*(pair for pair in each if pair[0] not in untried), (f"{len(untried)} others", NOT_TRIED)]


def _stills(sections: Sequence[Section], folders: Sequence[Path]) -> dict[str, Any]:
    """Return title of a picture -> the picture, for those whose file lies in one of the folders."""
    found = {}
    for block in (block for section in sections for block in section.blocks if isinstance(block, Picture)):
        files = [folder / block.file for folder in folders if block.file and (folder / block.file).is_file()]
        if files:
            found[block.title] = still(files[0])
    return found


def _params_tables(params: Params) -> list[Table]:
    """Return the params, a table a section."""
    sections: dict[str, list[list[str]]] = defaultdict(list)
    for key, value in flat(params.model_dump(mode="json")).items():
        section, _, rest = key.partition(".")
        sections[section if rest else "study"].append([rest or section, str(value)])
    return [Table(section, ["key", "value"], rows) for section, rows in sections.items()]
