"""Checks that a tracking server is one to which processes on several hosts can log."""

import urllib.parse

from mode_connectivity.tracking.runs import EXPERIMENT, artifact_location


def refuse_unshared(uri: str) -> None:
    """Refuse a server that does not answer, or whose clients would write artifacts to their own disks.

    Raises:
        ValueError: it is refused; the message says why.
    """
    try:
        location = artifact_location(uri)
    except Exception as error:
        raise ValueError(f"{uri}: no tracking server answers ({error})") from error
    if location is not None and urllib.parse.urlsplit(location).scheme in ("", "file"):
        raise ValueError(
            f"{uri}: its experiment {EXPERIMENT} keeps artifacts at {location}, a folder of the client; "
            "use a server with --artifacts-destination, or another one"
        )
