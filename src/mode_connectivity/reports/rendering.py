"""Fills the templates of the reports."""

from pathlib import Path

import jinja2

from mode_connectivity.reports.blocks import Section, as_html, number_of, text_of

MARKDOWN = Path(__file__).with_name("report.md.j2")


def markdown(title: str, opening: str, sections: list[Section]) -> str:
    """Return a report in Markdown."""
    return _filled(MARKDOWN, escaped=False, title=title, opening=opening, sections=sections)


def html(template: Path, **values: object) -> str:
    """Return the text of a template of HTML; values are escaped unless it calls them safe."""
    return _filled(template, escaped=True, **values)


def _filled(template: Path, escaped: bool, **values: object) -> str:
    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined, keep_trailing_newline=True, autoescape=escaped, trim_blocks=True
    )
    environment.globals |= {"number_of": number_of, "text_of": text_of}
    environment.filters |= {"cell": lambda cell: text_of(cell).replace("|", "\\|"), "inline": as_html}
    return environment.from_string(template.read_text()).render(**values)
