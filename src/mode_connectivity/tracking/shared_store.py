"""Checks that a tracking server is one to which processes on several hosts can log."""

import json
import urllib.error
import urllib.parse
import urllib.request

from mode_connectivity.tracking.runs import EXPERIMENT

SECONDS = 10
PLACE = "/api/2.0/mlflow/experiments/get-by-name?experiment_name="


def refuse_unshared(uri: str) -> None:
    """Refuse a server that does not answer, or whose clients would write artifacts to their own disks.

    Raises:
        ValueError: it is refused; the message says why.
    """
    location = _artifact_location(uri)
    if location is not None and urllib.parse.urlsplit(location).scheme in ("", "file"):
        raise ValueError(
            f"{uri}: its experiment {EXPERIMENT} keeps artifacts at {location}, a folder of the client; "
            "use a server with --artifacts-destination, or another one"
        )


def _artifact_location(uri: str) -> str | None:
    """Return where the experiment keeps artifacts; None where there is no such experiment yet."""
    try:
        with urllib.request.urlopen(uri.rstrip("/") + PLACE + EXPERIMENT, timeout=SECONDS) as answer:
            return str(json.load(answer)["experiment"]["artifact_location"])
    except urllib.error.HTTPError as error:
        with error:
            if error.code == 404:
                return None
            raise ValueError(f"{uri}: the tracking server answered {error.code}") from error
    except (OSError, KeyError, json.JSONDecodeError) as error:
        raise ValueError(f"{uri}: no tracking server answers ({error})") from error
