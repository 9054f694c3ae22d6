"""Defines what the sections of params.yaml have in common: strict types, templates of paths, items that stand once."""

import re
from string import Formatter
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


def _template(value: str | None) -> str | None:
    """Return the template of a path as it is; ValueError where it asks for more than the seed."""
    try:
        fields = (
            [] if value is None else [(name, spec) for _, name, spec, _ in Formatter().parse(value) if name is not None]
        )
    except ValueError as error:
        raise ValueError(f"not the template of a path ({error}); write path/to/seed{{seed}}.pt") from error
    for name, spec in fields:
        if name != "seed" or not re.fullmatch(r"(0?\d)?d?", spec or ""):
            raise ValueError(f"{{{name}}} is not filled in; write path/to/seed{{seed}}.pt")
    return value


def _each_once(items: tuple[Any, ...]) -> tuple[Any, ...]:
    if len(set(items)) < len(items):
        raise ValueError("an item stands twice")
    return items


Template = Annotated[str | None, AfterValidator(_template)]
EACH_ONCE = AfterValidator(_each_once)
