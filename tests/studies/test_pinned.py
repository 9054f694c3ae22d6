"""A device that stage `source` cannot have found is one line that names its file."""

from pathlib import Path
from typing import Any

import pytest

from mode_connectivity.foundations.reading import Values
from mode_connectivity.params import Compute
from mode_connectivity.studies.shared.study import pinned


@pytest.mark.parametrize("device", ["cpv", "", None, 3, ["cpu"], "meta"])
def test_a_wrong_device_names_its_file(device: Any) -> None:
    imports = Values({"device": device}, Path("data/cue_source.json"))
    with pytest.raises(ValueError, match=r"data/cue_source\.json: its device is"):
        pinned(Compute(device="auto", precision="fp32", threads=1), imports)
