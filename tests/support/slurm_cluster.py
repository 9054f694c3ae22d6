"""A private Slurm cluster of two nodes on this host, on loopback, for tests."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "scontrol", "squeue", "scancel")
NODES = ("n1", "n2")
CONFIGURATION = """\
ClusterName=mini
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge/sock,cred_expire=5
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool.%n
SlurmctldPidFile={folder}/ctld.pid
SlurmdPidFile={folder}/%n.pid
SlurmctldLogFile={folder}/log/ctld.log
SlurmdLogFile={folder}/log/%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
ReturnToService=2
MpiDefault=none
KillWait=5
MinJobAge=300
SchedulerParameters=batch_sched_delay=0,sched_interval=1
NodeName=n1 NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[1]} CPUs=2 RealMemory=8000 State=UNKNOWN
NodeName=n2 NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[2]} CPUs=2 RealMemory=8000 State=UNKNOWN
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
SlurmctldParameters=preempt_send_user_signal
PartitionName=p Nodes=ALL Default=YES MaxTime=INFINITE State=UP PriorityTier=1
PartitionName=patient Nodes=ALL MaxTime=INFINITE State=UP PriorityTier=1 GraceTime=120
PartitionName=cancelled Nodes=ALL MaxTime=INFINITE State=UP PriorityTier=1 PreemptMode=CANCEL
PartitionName=urgent Nodes=ALL MaxTime=INFINITE State=UP PriorityTier=2
"""


def missing() -> str | None:
    """Why a cluster cannot be started here, or None."""
    absent = [name for name in PROGRAMS if shutil.which(name, path=_path()) is None]
    if absent:
        return f"Slurm is not installed ({', '.join(absent)})"
    return None if os.geteuid() == 0 else "only root can start Slurm's daemons"


class Cluster:
    """Two nodes of two cores each; `environment` makes Slurm's commands find them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("munge", "state", "log", *(f"spool.{node}" for node in NODES)):
            (folder / name).mkdir(parents=True, mode=0o755)
        (folder / "munge").chmod(0o711)
        key = folder / "munge.key"
        key.write_bytes(os.urandom(1024))
        key.chmod(0o400)
        self._conf = folder / "slurm.conf"
        self._conf.write_text(
            CONFIGURATION.format(folder=folder, host=socket.gethostname().split(".")[0], ports=_free(3))
        )
        self._started: list[subprocess.Popen[bytes]] = []

    @property
    def environment(self) -> dict[str, str]:
        return {"SLURM_CONF": str(self._conf)}

    def start(self) -> None:
        munge = self.folder / "munge"
        self._daemon(
            "munged",
            "--foreground",
            "--force",
            f"--key-file={self.folder / 'munge.key'}",
            f"--socket={munge / 'sock'}",
            f"--pid-file={munge / 'pid'}",
            f"--log-file={munge / 'log'}",
            f"--seed-file={munge / 'seed'}",
        )
        self._wait((munge / "sock").exists, "munged")
        self._daemon("slurmctld", "-D", "-f", str(self._conf))
        for node in NODES:
            self._daemon("slurmd", "-D", "-N", node, "-f", str(self._conf))
        self._wait(lambda: self.run("sinfo", "-h", "-p", "p", "-o", "%t %D").split() == ["idle", "2"], "the nodes")

    def stop(self) -> None:
        if not any(process.poll() for process in self._started):
            self.run("scancel", "--user", "root", check=False)
        for process in reversed(self._started):
            process.terminate()
        for process in self._started:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()

    def run(self, *command: str, check: bool = False) -> str:
        environment = os.environ | self.environment | {"PATH": _path()}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert not check or done.returncode == 0, done.stderr
        return done.stdout

    def _daemon(self, *command: str) -> None:
        environment = os.environ | self.environment | {"PATH": _path()}
        with (self.folder / "log" / f"{command[0]}-{len(self._started)}.out").open("wb") as log:
            self._started.append(subprocess.Popen(command, env=environment, stdout=log, stderr=log))

    def _wait(self, ready: Callable[[], bool], what: str, seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while not ready():
            assert time.monotonic() < end, f"{what} did not come up"
            assert not any(process.poll() for process in self._started), f"see {self.folder / 'log'}"
            time.sleep(0.1)


def _path() -> str:
    return f"{os.environ['PATH']}:/usr/sbin:/sbin"


def _free(count: int) -> list[int]:
    """Ports of this host that nothing uses."""
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports
