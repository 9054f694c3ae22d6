"""Fills the templates of the reports."""

from pathlib import Path

import jinja2


def render(template: Path, **values: object) -> str:
    """Return the text of `template` with `values`; a name that has no value is an error.

    `number(value, form)` formats a number, None as "-".
    """
    return _rendered(template, values, escape=False)


def render_html(template: Path, **values: object) -> str:
    """Return `render`, with values escaped unless the template calls them safe."""
    return _rendered(template, values, escape=True)


def _rendered(template: Path, values: dict[str, object], *, escape: bool) -> str:
    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined, keep_trailing_newline=True, autoescape=escape, trim_blocks=escape
    )
    environment.globals["number"] = lambda value, form: "-" if value is None else form % value
    return environment.from_string(template.read_text()).render(**values)
