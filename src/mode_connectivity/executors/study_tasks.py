"""Lists the stages of both studies as tasks, each after those that it needs, without asking DVC."""

from mode_connectivity.executors.tasks import Task, task
from mode_connectivity.params import Params
from mode_connectivity.params.variants import RESEEDS


def tasks_of(params: Params) -> list[Task]:
    """Return the tasks of the studies of `params`, each behind those that it needs; without cue seeds there is one."""
    swap = _neuron_swap(params)
    cues = _mechanisms(params) if params.cue_endpoint.seeds else []
    tasks = [Task("source"), Task("dataset", needs=("source",)), *swap, *cues]
    return [*tasks, task("page", [each.name for each in tasks])]


def _neuron_swap(params: Params) -> list[Task]:
    tasks = [task("endpoint", ["dataset"], seed=seed) for seed in params.seeds]
    for variant in params.variants:
        for seed in params.seeds:
            tasks += _of_variant(params, variant, seed)
    for seed in params.reseed.seeds:
        tasks.append(task("reseed", [f"endpoint@{seed}"], seed=seed))
        for end in RESEEDS:
            tasks += _curve_and_analysis(end, seed, f"reseed@{seed}")
    tasks += _restricted(params)
    for variant in params.plane.variants:
        for seed in params.plane.seeds:
            tasks.append(task("plane", [f"curve@{variant}-{seed}"], variant=variant, seed=seed))
    for ends in params.plane.endpoints:
        tasks.append(task("endpoint_plane", [f"endpoint@{seed}" for seed in ends.split("-")], ends=ends))
    every = [each.name for each in tasks]
    return [*tasks, task("report", every), task("locality", every)]


def _of_variant(params: Params, variant: str, seed: int) -> list[Task]:
    tasks = [task("swap", [f"endpoint@{seed}"], variant=variant, seed=seed)]
    tasks += _curve_and_analysis(variant, seed, f"swap@{variant}-{seed}")
    needs = [f"swap@{variant}-{seed}"]
    for replicate in params.curve.replicates:
        tasks.append(task("replicate", needs, variant=variant, seed=seed, replicate=replicate))
    return [*tasks, task("baselines", needs, variant=variant, seed=seed)]


def _curve_and_analysis(variant: str, seed: int, end: str) -> list[Task]:
    return [
        task("curve", [end], variant=variant, seed=seed),
        task("analysis", [f"curve@{variant}-{seed}"], variant=variant, seed=seed),
    ]


def _restricted(params: Params) -> list[Task]:
    section = params.restricted
    return [
        task("restricted", [f"swap@{variant}-{seed}"], variant=variant, seed=seed, restrict=restrict, effort=effort)
        for restrict in section.kinds
        for variant in section.variants
        for seed in params.seeds
        for effort in section.efforts
    ]


def _mechanisms(params: Params) -> list[Task]:
    tasks = [task("cue_dataset", ["dataset"])]
    for seed in params.cue_endpoint.seeds:
        ends = f"cue_endpoint@{seed}"
        tasks.append(task("cue_endpoint", ["cue_dataset"], seed=seed))
        for pattern in params.mechanism.patterns:
            tasks.append(task("mechanism", [ends], pattern=pattern, seed=seed))
            tasks.append(task("mechanism_scores", [f"mechanism@{pattern}-{seed}"], pattern=pattern, seed=seed))
        tasks += [task("finetune", [ends], method=method, seed=seed) for method in params.finetune.methods]
    return [*tasks, task("mechanism_report", [each.name for each in tasks])]
