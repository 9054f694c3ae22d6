"""Averages the figures of the mechanisms study over its seeds."""

from typing import Any

import numpy as np

from mode_connectivity.reports.mechanisms.findings import Findings
from mode_connectivity.reports.mechanisms.signs import PROBES


def metrics_of(findings: Findings) -> dict[str, Any]:
    """Return means over the seeds; their intervals, or the seeds' own values, are in the report.

    `highest` is the mean of each seed's highest barrier on the four sets.
    """
    accuracy: dict[str, Any] = {
        name.replace(" ", "_").replace("-", "_"): {probe: float(np.mean(values)) for probe, values in sets.items()}
        for name, sets in findings.networks.accuracy.items()
    }
    barriers = {
        name: {probe: float(np.mean([each[probe] for each in seeds])) for probe in PROBES}
        | {"highest": float(np.mean([max(each.values()) for each in seeds]))}
        for name, seeds in findings.error_barriers().items()
    }
    return {"accuracy": accuracy, "error_barrier": barriers}
