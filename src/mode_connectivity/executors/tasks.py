"""Lists the stages of the neuron-swap study as tasks, each after those that it needs, without asking DVC."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch

from mode_connectivity.params import Params
from mode_connectivity.params.variants import RESEEDS


@dataclass(frozen=True)
class Task:
    """Names a stage, its items as arguments of the command line, and the tasks whose results it reads."""

    stage: str
    items: tuple[tuple[str, str], ...] = ()
    needs: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Return `stage@item-item`, as DVC names it."""
        return "@".join(part for part in (self.stage, "-".join(value for _, value in self.items)) if part)

    @property
    def arguments(self) -> list[str]:
        """Return the stage and its items as words of a command."""
        return [self.stage, *(word for name, value in self.items for word in (f"--{name}", value))]

    def item(self, name: str) -> str:
        """Return the value of an item, "" where the task has none of that name."""
        return dict(self.items).get(name, "")


def tasks_of(params: Params) -> list[Task]:
    """Return the tasks of the neuron-swap study of `params`, each behind those that it needs."""
    tasks = [Task("source"), Task("dataset", needs=("source",))]
    tasks += [_task("endpoint", ["dataset"], seed=seed) for seed in params.seeds]
    for variant in params.variants:
        for seed in params.seeds:
            tasks += _of_variant(params, variant, seed)
    for seed in params.reseed.seeds:
        tasks.append(_task("reseed", [f"endpoint@{seed}"], seed=seed))
        for end in RESEEDS:
            tasks += _curve_and_analysis(end, seed, f"reseed@{seed}")
    for restrict in params.restricted.kinds:
        for variant in params.restricted.variants:
            for seed in params.seeds:
                for effort in params.restricted.efforts:
                    items: dict[str, str | int] = {"variant": variant, "seed": seed, "restrict": restrict}
                    tasks.append(_task("restricted", [f"swap@{variant}-{seed}"], **items, effort=effort))
    for variant in params.plane.variants:
        for seed in params.plane.seeds:
            tasks.append(_task("plane", [f"curve@{variant}-{seed}"], variant=variant, seed=seed))
    for ends in params.plane.endpoints:
        tasks.append(_task("endpoint_plane", [f"endpoint@{seed}" for seed in ends.split("-")], ends=ends))
    every = tuple(task.name for task in tasks)
    return [*tasks, Task("report", needs=every), Task("locality", needs=every)]


def only(tasks: Sequence[Task], patterns: Sequence[str], without: Collection[str] = ()) -> list[Task]:
    """Return the tasks that a pattern names, but for those `without`, and all that these need, in their order.

    A pattern is a stage, or a task's name in which * stands for anything: `baselines`, `restricted@mid-*-1`.

    Raises:
        ValueError: a pattern names no task.
    """
    named = {pattern: [t.name for t in tasks if t.stage == pattern or fnmatch(t.name, pattern)] for pattern in patterns}
    for pattern, names in named.items():
        if not names:
            stages = ", ".join(sorted({task.stage for task in tasks}))
            raise ValueError(f"no stage {pattern!r} in this study; there are {stages}")
    wanted = {name for names in named.values() for name in names}.difference(without)
    for task in reversed(tasks):
        if task.name in wanted:
            wanted.update(task.needs)
    return [task for task in tasks if task.name in wanted]


def seed_by_seed(tasks: Sequence[Task]) -> list[Task]:
    """Return the tasks with all of a seed before the next, and all seeds before a further effort of any.

    So a study that ends early has whole seeds. Tasks without a seed stay before or behind those of all seeds.
    """
    seeded = [task for task in tasks if task.item("seed")]
    first = tasks[: tasks.index(seeded[0])]
    last = [task for task in tasks if task not in seeded and task not in first]
    seeds = list(dict.fromkeys(task.item("seed") for task in seeded))
    seeded.sort(key=lambda task: (int(task.item("effort") or 1), seeds.index(task.item("seed"))))
    return [*first, *seeded, *last]


def _of_variant(params: Params, variant: str, seed: int) -> list[Task]:
    tasks = [_task("swap", [f"endpoint@{seed}"], variant=variant, seed=seed)]
    tasks += _curve_and_analysis(variant, seed, f"swap@{variant}-{seed}")
    for replicate in params.curve.replicates:
        needs = [f"swap@{variant}-{seed}"]
        tasks.append(_task("replicate", needs, variant=variant, seed=seed, replicate=replicate))
    return [*tasks, _task("baselines", [f"swap@{variant}-{seed}"], variant=variant, seed=seed)]


def _curve_and_analysis(variant: str, seed: int, end: str) -> list[Task]:
    return [
        _task("curve", [end], variant=variant, seed=seed),
        _task("analysis", [f"curve@{variant}-{seed}"], variant=variant, seed=seed),
    ]


def _task(stage: str, needs: Sequence[str], **items: str | int) -> Task:
    return Task(stage, tuple((name, str(value)) for name, value in items.items()), tuple(needs))
