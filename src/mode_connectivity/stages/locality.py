"""Writes the answer to "local or global?" per depth, from all seeds and beyond the control."""

from mode_connectivity import layout
from mode_connectivity.foundations.atomic import whole_folder, write_json
from mode_connectivity.foundations.reading import read_json
from mode_connectivity.neuron_swap.corrections import corrections_of
from mode_connectivity.neuron_swap.summary import read_summary
from mode_connectivity.params import Params
from mode_connectivity.params.variants import NULL
from mode_connectivity.reports.locality.evidence import evidence_of
from mode_connectivity.reports.locality.figures import draw_figures
from mode_connectivity.reports.locality.record import verdict_record, verdict_text
from mode_connectivity.running.stage import run
from mode_connectivity.statistics.claims import Rule
from mode_connectivity.statistics.verdict import null_verdict, verdicts
from mode_connectivity.tracking.record import Record, files_in, flat


def main(params: Params) -> None:
    summaries = {item: read_summary(*item) for item in params.paths}
    evidence = {
        variant: evidence_of(params, variant, summaries)
        for variant in params.variants
        if summaries[variant, params.seeds[0]].layer is not None
    }
    section = params.locality
    rule = Rule(section.primary, section.direction, section.margin)
    answers = verdicts({variant: each for variant, each in evidence.items() if variant != NULL}, rule)
    answers |= {variant: null_verdict(each, rule) for variant, each in evidence.items() if variant == NULL}
    verdict = verdict_record(params, summaries, corrections_of(params), evidence, answers)
    with whole_folder(layout.LOCALITY) as folder:
        write_json(folder / layout.VERDICT, verdict)
        (folder / layout.VERDICT_TEXT).write_text(verdict_text(verdict))
        draw_figures(folder, verdict)


def record(params: Params) -> Record:
    verdict = read_json(layout.LOCALITY / layout.VERDICT)
    numbers = {
        f"{variant}/{name}": each["mean"]
        for variant, values in verdict["variants"].items()
        for section in ("losses", "movement")
        for name, each in values[section].items()
        if isinstance(each, dict) and each.get("mean") is not None
    }
    answers = {f"answer.{v}": each["verdict"]["answer"] for v, each in verdict["variants"].items() if each["verdict"]}
    return Record(
        stage="locality",
        item={},
        params=flat({"locality": verdict["params"]}) | answers,
        metrics=numbers,
        files=files_in(layout.LOCALITY),
    )


if __name__ == "__main__":
    run(main, record)
