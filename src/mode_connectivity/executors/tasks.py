"""Defines a task, a stage with its items, and chooses and orders the tasks of a study."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch


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


def task(stage: str, needs: Sequence[str], **items: str | int) -> Task:
    """Return the task of a stage and its items."""
    return Task(stage, tuple((name, str(value)) for name, value in items.items()), tuple(needs))


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

    So a study that ends early has whole seeds. Without a seed what a seed needs stands first, and the rest last.
    """
    seeded = [task for task in tasks if task.item("seed")]
    needed = {task.name for task in only(tasks, [task.name for task in seeded])}
    unseeded = [task for task in tasks if not task.item("seed")]
    first = [task for task in unseeded if task.name in needed]
    last = [task for task in unseeded if task.name not in needed]
    seeds = list(dict.fromkeys(task.item("seed") for task in seeded))
    seeded.sort(key=lambda task: (int(task.item("effort") or 1), seeds.index(task.item("seed"))))
    return [*first, *seeded, *last]
