"""Describes the processor that ran a stage: bits differ between types of CPU, so runs carry its name."""

import os
import platform
from pathlib import Path

CPU_INFO = Path("/proc/cpuinfo")
CAPABILITIES = ("amx_bf16", "avx512_bf16", "avx512f", "avx2", "asimd")  # what torch's kernels choose between


def machine_tags(cpu_info: Path = CPU_INFO) -> dict[str, str]:
    """Return the model of the CPU, its vector instructions and the number of its cores."""
    fields = _fields(cpu_info)
    flags = fields.get("flags", fields.get("Features", "")).split()
    return {
        "cpu.model": fields.get("model name") or platform.processor() or platform.machine(),
        "cpu.capability": " ".join(name for name in CAPABILITIES if name in flags) or platform.machine(),
        "cpu.cores": str(os.cpu_count()),
    }


def _fields(cpu_info: Path) -> dict[str, str]:
    """Return the fields of the first processor in Linux's list; none elsewhere."""
    if not cpu_info.is_file():
        return {}
    first = cpu_info.read_text(errors="replace").partition("\n\n")[0]
    return {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in first.splitlines())}
