"""Runs the command `mode-connectivity`; the module of a subcommand is imported only when it is called."""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version
from typing import NoReturn

from mode_connectivity.stages.errors import in_one_line, shortened

COMMANDS = {
    "swap": "write a checkpoint with units of one layer swapped, and its metadata",
    "analyse": "write the distances per layer along a path that is given as files",
    "animate": "write the animation of a path, and its heatmap, from an NPZ of distances",
    "records": "keep the params and all records of this workspace in a folder, as one file",
    "verdict": "write the reports of a study from its records alone",
    "page": "write the page of a study from its records alone",
    "graph": "write the graph of stages as a makefile",
    "repro": "run the stages that are not up to date, several at a time",
    "demo": "run a tiny study in a folder of its own, within a minute",
    "study": "run a study from its own params file, and leave params.yaml as it is",
    "ui": "serve the MLflow UI on this machine, and print where to look",
    "sync": "log to the tracking store what it lacks of the results that lie here",
}


class Parser(argparse.ArgumentParser):
    """Reads a command line; what it says of a wrong word is no longer than other errors."""

    def error(self, message: str) -> NoReturn:
        super().error(shortened(message))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one subcommand with its arguments; an error that the user can mend ends it with one line and status 1."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    name, *rest = words or ["--help"]
    if name not in COMMANDS:
        _overview().parse_args([name])  # --help, --version, or an error that names the subcommands
    with in_one_line():
        module = import_module(f"mode_connectivity.commands.{name.replace('-', '_')}")
    parser = Parser(
        prog=f"mode-connectivity {name}",
        description=(module.__doc__ or "").partition("\n")[0],
        epilog=f"example:\n{module.EXAMPLE}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    module.add_arguments(parser)
    given = parser.parse_args(rest)
    with in_one_line():
        module.run(given)


def _overview() -> argparse.ArgumentParser:
    listed = "\n".join(f"  {name:<14} {text}" for name, text in COMMANDS.items())
    parser = Parser(
        prog="mode-connectivity",
        description="Paths of low loss between neural networks, and what moves along them.",
        epilog=f"subcommands:\n{listed}\n\nmode-connectivity SUBCOMMAND --help explains one.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {version('mode_connectivity')}")
    parser.add_argument("subcommand", choices=COMMANDS, metavar="SUBCOMMAND", help="what to do")
    return parser
