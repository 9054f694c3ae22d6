"""Averages the figures of the mechanisms study over its seeds."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from mode_connectivity.reports.mechanisms.findings import Findings
from mode_connectivity.reports.mechanisms.signs import PROBES, Sign


def metrics_of(findings: Findings, signs: Sequence[Sign]) -> dict[str, Any]:
    """Return means over the seeds; the seeds' own values are in the report."""
    accuracy: dict[str, Any] = {
        name.replace(" ", "_").replace("-", "_"): {probe: float(np.mean(values)) for probe, values in sets.items()}
        for name, sets in findings.networks.accuracy.items()
    }
    barriers = {
        name: {probe: float(np.mean([each[probe] for each in seeds])) for probe in PROBES}
        for _, name, seeds in findings.error_barriers()
    }
    held = sum(sign.holds is True for sign in signs)
    return {"accuracy": accuracy, "error_barrier": barriers, "signs_that_hold": held}
