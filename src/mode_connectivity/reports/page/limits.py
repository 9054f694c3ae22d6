"""Says what the results on the page do not show, from what is known of them."""

from typing import Any

from mode_connectivity.params import Params
from mode_connectivity.statistics.words import NOT_TRIED

SEEDS_FOR_INTERVALS = 7


def limits_of(params: Params, answers: list[dict[str, Any]], recoveries: list[dict[str, Any]]) -> list[str]:
    """Return one sentence for each thing that a reader might take the page to say and that it does not."""
    network = f"{params.model.name} at width {params.model.width:g}"
    told = [
        "Where training moved a layer is no evidence that the low loss needs it there: the control, trained alike "
        "from a network back to itself, moves as well. Only paths of which a region was trained tell the two apart.",
        f"One data set ({params.dataset.source}), one network ({network}) and one draw of the swapped units: other "
        "data, networks and units may answer otherwise.",
    ]
    seeds = len(params.seeds)
    if seeds < SEEDS_FOR_INTERVALS:
        told.append(
            f"{seeds} endpoint seed{'s are' if seeds > 1 else ' is'} fewer than {SEEDS_FOR_INTERVALS}, so there is "
            "no interval and no test: each point stands for itself."
        )
    if not recoveries:
        told.append(
            "No region was trained by itself, so nothing here says which weights the low loss needs; "
            "restricted.kinds and restricted.variants turn that on."
        )
    if any(each["word"] is None for each in answers):
        told.append(f"A depth that was {NOT_TRIED} has no word: no region was trained for it.")
    if recoveries and max(params.restricted.efforts) < 2:
        told.append("Whether a gap would close with more epochs is not known; restricted.efforts=[1, 2] shows it.")
    return told


def limits_of_mechanisms(params: Params) -> list[str]:
    """Return the same for a page of mechanisms alone."""
    network, seeds = f"{params.cue_model.name} at width {params.cue_model.width:g}", len(params.cue_endpoint.seeds)
    return [
        f"One data set ({params.dataset.source}), one network ({network}), one cue ({params.cue.kind}): others may "
        "answer otherwise.",
        f"{seeds} network{'s' if seeds > 1 else ''} that read{'' if seeds > 1 else 's'} the cue, trained from seeds of "
        "their own: where an answer says yes or no, it says so of their mean; points are the seeds.",
    ]
