"""Knows archives of TorchScript, and the command that turns one into plain weights."""

import zipfile
from pathlib import Path


def script_conversion(path: Path) -> str:
    """Return a command that writes the tensors of a TorchScript archive beside it, as plain weights."""
    plain = path.with_name(f"{path.stem}_plain.pt")
    return f'python -c "import torch; torch.save(torch.jit.load({str(path)!r}).state_dict(), {str(plain)!r})"'


def is_script(path: Path) -> bool:
    """Return whether a file is an archive of TorchScript, which holds code beside the weights."""
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return any(name.endswith("/constants.pkl") for name in archive.namelist())
